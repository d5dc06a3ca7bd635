// Package apply carries out approved plans, and remembers what it did. It is the only way by which treaty
// changes anyone's trees, and it decides nothing: what a plan does not say is not done, and what is not
// as the plan says is left alone.
//
// A plan is made of a Pair (package pair): two trees, open, whatever their paths name by now. Each is one end of the
// plan, a volume.Volume: it is listed and read, changed by whole checked changes, and keeps what is treaty's own.
// Nothing here knows what kind of volume an end is; where nobody says how to open one, package reach does, and takes it
// for a directory of this machine.
//
// This package has the two requests, Apply and Recover. Each step of them is a package of its own, in apply/internal
// where nobody else needs it; what they hand on to each other are two ends (package ends), the plan with its approval
// (package mandate), and steps.
//
// # An apply, step by step
//
//  1. Read the plan once: what is hashed is what is checked and carried out (package gates). In this order, the first
//     failure being the refusal: is it a valid plan (ErrInvalid), does nobody else work on the trees
//     (ErrLocked), was it not applied before (ErrStale), is no other apply open (ErrOpen), are all
//     conflicts resolved (ErrConflicts), is it approved (ErrNotApproved), are the trees those that were
//     planned, and not suddenly empty (ErrSafety), apart from each other (ErrInvalid), can their volumes
//     still do what was planned with (package ends: ErrStale).
//  2. Scan both trees again and compare their digests, and all that the plan reads or writes, with what
//     the plan saw (package survey: ErrStale, with every place that differs). With AllowUnrelatedDrift only the
//     latter, and the directories above it; of a plan of a part, that and the digest of the part.
//  3. Turn resolutions into operations, and leave out what depends on what a person took out
//     (plan.Plan.Steps). Each step that comes of it is a task from here on.
//  4. Look ahead: space, that of copies out of reach included, permissions (package preflight: ErrSafety). Locks
//     and probes aside, which leave nothing behind, nothing has been written so far: a refusal changes
//     nothing.
//  5. Open the journals (begin), and carry the tasks out, in phases over the whole plan (package execute):
//     directories, moves, contents, modes and times, deletes, emptied directories, modes of directories. A
//     phase goes group by group: announced in the journals, carried out, made durable, written down. A task
//     is begun if its directory is there and its name free. Content is staged on its volume and durable
//     before it gets a name; what it replaces is exchanged, and lies in the trash at once. Each path is
//     compared with what the plan saw again in the instant before it is changed, and what came out
//     afterwards (package disk). A task that meets drift is drifted, one that fails fails what depends on it.
//  6. Look again at what was moved to the trash: what another program wrote there late gets a visible name.
//     Where it is asked for, read back what was written.
//  7. Write the receipt, the history, the baseline and both trees' own files, and close the journals
//     (package conclude); or, where the same apply can do more, leave the journals open (Postpone).
//
// After an interruption the same plan is taken up (Apply), or its trees are settled without it (Recover). Both first
// mend what a power cut did to FAT-class volumes, and then examine how far each open intent got (package settle). What
// came to its end is done; all else is rolled back, and taken up anew, or left at that.
//
// # What the verbs mean
//
//	resolve     a conflict: say what becomes of it, which comes to steps
//	announce    intents: write them into the journals, for good, before anything is changed
//	note        an outcome: say what became of a task; write down: tell the journals what was noted
//	park        the file of a move: let it wait in the trash until its name is free
//	preserve    content: have it on the other side, for good, before it is renamed on a volume that may lose it;
//	            release: remove such copies when the content was found intact
//	dress       a file: give it the time and the mode of the plan
//	take up     an interrupted apply: go on with it
//	mend        a volume: put right what a power cut did to names in the journal
//	roll back   an open intent: bring back what was there before
//	conclude    an apply: write all that lasts of it; close the journals, after which it is over;
//	            postpone: leave them open
//	settle      an interrupted apply without going on with it: mend, roll back, conclude
//	halt        go no further: an interrupt, a volume that stopped, a journal that cannot be written
//
// # FAT-class volumes
//
// A volume that is not known to be journalled, copy-on-write or volatile may lose in a power cut what was
// renamed, the old and the new. Measured on Linux' vfat: of 120 files that were each written beside, synced, renamed
// over the old and followed by a sync of the directory, none was left whole after the power was cut; a rename only
// gives the file in memory another name, and the name on the disk points at freed clusters until that very file is
// synced. With each renamed file synced, then its directory, all were whole in most runs, and one file was lost, the
// old and the new, where another program synced the volume meanwhile. So there:
//
//  1. What is copied off the volume is on the other side, for good, before anything is renamed on it
//     (phases).
//  2. So is what is to be replaced, moved or deleted: in a file of the other side that has the same hash and
//     that the plan leaves alone, or else as a copy in the other side's trash, hashed on the way, durable,
//     and in both journals (execute: keeper). Two FAT-class volumes hold each other's copies: a new file that was
//     synced and never renamed is safe on them too.
//  3. Groups are of 64 at most, and nothing else is pending when one is begun; each renamed file is synced,
//     then its directories, then, after the group, the volume. Deletes come last.
//  4. After an interrupted run, all that the journal names there is read and hashed. What is empty, cut short
//     or unreadable is moved to the trash, old content that is nowhere comes back from its copy, and what was
//     done and is not any more is done again, or rolled back (settle.Mend). What a person may have written is
//     drift. A volume on which something is lost is not settled without the tree that has it.
//  5. When all is durable and the receipt is written, the copies go of what is found intact on its own volume,
//     by hash: in its trash, or, if it was moved, in the tree. All others stay in the trash until treaty
//     clean: what was never found again, or was written to late (settle.Release).
//  6. treaty's own files are replaced so that one of the two is whole at any instant (store).
//
// # What is guaranteed
//
//	guarantee                                          held by
//	nothing a user wrote is lost                       TestAnyPlanOfAnyTrees, TestAnyEditedPlan, TestTables
//	nothing but what the plan lists is touched         the same, with files beside the trees
//	both trees are equal afterwards, the next plan     TestAnyPlanOfAnyTrees, TestTables
//	  empty
//	all this does not depend on how a tree is reached  TestLawsOfVolumes, TestMemoryDoesWhatADirectoryDoes,
//	                                                   TestTablesInMemory, TestAnyPlanOfAnyTreesInMemory
//	a refusal changes nothing; the first fault counts  TestRefusalsComeInOrder
//	drift before the first write refuses the plan      TestAnyDriftIsSeen
//	drift while applying skips that operation, and     TestDriftMidwaySkipsOnlyItsOwn,
//	  overwrites nothing                               TestASaveAtAnyMomentIsKept
//	an approval is of the exact bytes                  TestAnApprovalIsOfTheExactBytes
//	no plan is applied twice                           TestAPlanIsAppliedOnce, TestAnyPlanOfAnyTrees
//	whatever an edited plan says, it is refused or     TestAnyEditedPlan
//	  obeys the first two
//	a flipped bit in plan, approval or receipt shows   TestEveryFlippedBitOfTheHistoryIsDetected
//	an interrupted run loses nothing                   TestAnInterruptedApplyStops, TestAnyAccidentIsTakenUp,
//	                                                   TestAnyAccidentIsSettledBack, and from outside, in
//	                                                   cmd/treaty/internal/lab: TestInjection, TestBlockLog,
//	                                                   TestPowerCuts, TestStickInterrupted
//	what people save meanwhile is kept                 TestASaveAtAnyMomentIsKept, TestNoEditIsLost
//	nothing is renamed on a FAT-class volume that it   TestNothingIsRenamedWithinReach, TestWhatIsInDanger
//	  alone has
//	a power cut there loses nothing, and is mended     TestAPowerCutLosesNothing, TestAPowerCutIsSettledBack,
//	                                                   TestADamagedStickNeedsTheOtherTree
//	what a person wrote meanwhile is no damage         TestWorkAfterAPowerCutIsNoDamage, TestDamageIsToldFromAPersonsWork
//	a late write is seen                               TestALateWriteIsSurfaced
//	other names of a file (hard links) keep its        TestTables (links), TestALinkMadeWhileApplyingStaysAsItWasMade,
//	  former time and mode, in the tree and outside      TestABrokenApplyLeavesOtherNamesOfAFileAsTheyAre
//	a directory without a write bit is no obstacle to  TestWorkInDirectoriesWithoutAWriteBitIsDoneByTheirOwner,
//	  its owner, and has its mode in the end, also       TestABrokenApplyGivesDirectoriesTheirModesBack
//	  after an interruption
//	no name is ever half written, also where a volume  TestABrokenApplyIsTakenUpOrSettledWhereVolumesCanDoLittle
//	  can neither exchange, nor refuse, nor link
//
// What that comes to differs by where a tree lies. "Killed" is the end of the process at any instruction, a
// call that fails, or a volume that is pulled out; whatever it is, the same apply goes on from there, or
// recover settles it. Edits are those of other programs while apply is at the same files.
//
//	tree on               killed             power cut           edits                 mechanism; shown by
//	Linux: ext4 btrfs     each path is old   each path is old    none is lost          exchange of names, leases, groups
//	  xfs f2fs zfs …        or new             or new                                  between two barriers under a
//	                                                                                   journal; TestABrokenApplyIsTakenUp,
//	                                                                                   TestBlockLog (ext4, btrfs),
//	                                                                                   TestInjection, TestNoEditIsLost,
//	                                                                                   TestVolumes
//	Linux: vfat           the same           old or new once     the same              copies on the other side, a sync
//	                                           taken up: before,                       after each rename; TestPowerCuts,
//	                                           empty or gone                           TestAPowerCutLosesNothing,
//	                                                                                   TestVolumes (fat32)
//	Linux: FUSE (exFAT,   or absent, the     the same; the       a file made under     aside and in again, without
//	  NTFS, unknown)        old in the trash   drivers' own        the name between      replacing; TestUnplugWhileApplying,
//	                                           writes were not     look and rename may   TestStickFailsWhileApplying,
//	                                           cut                 be                    TestStickInterrupted, TestVolumes
//	tmpfs                 as ext4            all is gone         none is lost          the tests of this package run there
//	macOS: APFS, HFS+     as ext4            as ext4             one through an old    RENAME_SWAP, F_FULLFSYNC at each
//	  with a journal                                               descriptor is found   barrier, late; by reading and the
//	                                                               in the trash          shared code only: TestALateWriteIsSurfaced
//	macOS: FAT, exFAT     as FUSE            as vfat             as FUSE, and APFS     as vfat and FUSE; not run there
//	Windows: NTFS ReFS    or absent, the     each path is old    none is lost:         share modes, renames by handle, no
//	                        old in the trash   or new, or absent   writers are kept out  replacing; the tests as Windows
//	                                                                                   programs under Wine
//	Windows: FAT, exFAT   the same           as vfat             the same              the same, and copies; Wine has no
//	                                                                                   such volume
//
// Each operation is one change, which is made or is not; where a plan comes to a name more than once, the name is free
// in between, also where names can be exchanged, and what was there is where the plan says, or in the trash: where a
// directory gives way to what is none, or the other way round; where only the spelling of a name changes; and where
// a file is moved away, since all moves come before what is created, and one of a circle waits in the trash.
//
// Of volumes that say they have written what they have not, and of what others change on a volume while it
// is away from both trees, nothing is promised.
package apply
