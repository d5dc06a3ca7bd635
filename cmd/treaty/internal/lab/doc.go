// Package lab is where treaty is put to hard tests, as a program, from outside: on real volumes (volume_test.go), on
// sticks that are pulled out, fail or fill up (stick), with the power cut (powercut_linux_test.go), between two writes
// to a disk (blocklog), and at single system calls (injection_linux_test.go). It has tests alone.
//
// Each of them is a step of .ci/run. By themselves they skip: what mounts volumes or starts other programs by the
// dozen runs where TREATY_TEST_SWEEP says how much is tried, and the volumes are those that TREATY_TEST_FAT32_ROOT and
// so on name. The program is the one that TREATY_TEST_PROGRAM names, else one that is built for the run.
package lab
