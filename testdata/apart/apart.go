// Package apart sets the processes of tests apart from the account and the mounts of whoever started them. Both
// functions are for TestMain, before anything else runs.
package apart
