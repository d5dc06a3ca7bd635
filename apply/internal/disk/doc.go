// Package disk is the only code that changes users' trees. It carries out single changes, each checked
// against what a plan says was there, each moving aside what it displaces, and none ever following a
// link or unlinking what is the user's. Which changes, in what order, and what is journalled between
// them is package apply's business.
//
// # A change, step by step
//
//  1. Open the parent directory, one component at a time, through handles; refuse links, other volumes
//     and 8.3 aliases; check that directories kept open are what their names stand for (Tree.enter).
//  2. Copy the new content to the stage, hashing on the way; mode and mtime are set there (Stage).
//  3. Make it durable (Barrier). The caller then journals the intent: stage name, trash name (Place),
//     old and new hash.
//  4. Open what is at the path without following; on Linux take a lease, on Windows refuse to share
//     writing; compare it with what the plan saw, by stat, and by hash where stamps prove nothing
//     (examine). Any difference is a *Drift, and nothing was changed.
//  5. Replace: bring the new content to the trash name and exchange it with the path, so that the old
//     content is in the trash at once. Or, where names can't be exchanged: rename the old to the trash,
//     then install the new without replacing. Delete: rename to the trash. Create: install without
//     replacing. Move: rename without replacing.
//  6. Verify that what came out is what step 4 looked at, the same file with the same stamp, or with
//     the same content (cameOut). If not, put it back without replacing; what then has no name to go back
//     to gets a visible one, "name (treaty conflict).ext".
//  7. Barrier; the caller journals that it is done. At the end of the run it looks at what it moved to the
//     trash (Changed) for what somebody wrote there late, and gives that a visible name (Surface).
//
// The stage holds copies only; what is the user's is in the tree or in the trash, at every instant. So
// whatever a killed run leaves in the stage may be removed once its journal is closed.
//
// Every call that changes or syncs something goes through call.go, where a hook can make it fail or
// never happen. After a sync has failed, or a write has met EIO, a full or a vanished volume, the tree
// takes no further change (ErrStopped): no sync is tried twice.
//
// # What is guaranteed
//
// In all cases: nothing that a user wrote is lost; a killed run leaves each path wholly old or wholly
// new, or absent with the old in the trash where so noted.
//
//	platform, volume        replace by        install by       writers kept out      left open
//	Linux: ext4 xfs btrfs   RENAME_EXCHANGE   NOREPLACE        lease; busy is drift  -
//	  tmpfs overlay
//	Linux: vfat exfat       EXCHANGE if       NOREPLACE        lease; hash           a power cut: what was renamed
//	                        probed                                                   last may be empty or gone; its
//	                                                                                 copy is on the other side
//	Linux: ntfs-3g (FUSE)   rename aside      link             lease where it holds  absent for microseconds
//	Linux: FUSE FAT, exFAT  rename aside      look, rename     hash                  the same; a file made under the
//	                                                                                 name between look and rename
//	macOS: APFS             RENAME_SWAP       RENAME_EXCL      -                     a late write through an old
//	                                                                                 descriptor is in the trash
//	macOS: msdos exfat      rename aside      EXCL if probed,  hash                  both of the above
//	                                          else as FUSE FAT
//	Windows: NTFS FAT exFAT rename aside, by  by handle,       share modes,          absent for microseconds;
//	                        handle            no replacing     mandatory             run under Wine only
//
// On a volume that loses renames in a power cut (SyncEach) each rename is synced by itself; no order of
// syncs makes that safe everywhere: on Linux' vfat files were lost, the old and the new, where another program synced
// the volume meanwhile (package apply has what was measured). What must survive is copied to the other side before
// (Content, Preserve, ClearCopies), and brought back by the caller (Quarantine, Restore).
//
// Time and mode of a file that has other names (hard links) are never changed: Chmod and Touch leave it alone
// (ErrShared), and the caller puts a copy in its place (StageCopy, Replace), of which the same is guaranteed.
//
// A directory of the user's that lets its owner not write in it is made workable when a call in it is refused,
// and gets its mode back at the end of the run, or of the next one (lend.go).
//
// On macOS a file that is locked (Finder; FAT's read-only attribute) or append-only is unlocked for the
// instant of its change, and what takes its place is locked as it was, as Windows does with read-only files
// (locks.go). No file is read whose content would have to be downloaded first (scan.ErrDataless).
//
// What a volume can do is probed (Probe), never guessed from its type. Tests: TestEveryFault dies and
// fails at each call; TestEachGapIsSeen edits in each gap; TestNoEditIsLost races edits;
// TestNoPathLeavesTheTree, TestASwappedParentIsRefused and TestThePrivateFolderIsNoLink hold the paths;
// TestOneFunnel the hook.
package disk
