package main

import (
	"os"
	"path/filepath"

	"treaty/apply"
	"treaty/plan/tree"
)

// hints are what to type about each cause for which package apply refuses.
var hints = map[apply.Cause]func(*apply.Refusal) hint{
	apply.CauseTreeFile: func(*apply.Refusal) hint {
		return then("bring it back from a backup; or, to make a new tree of it, which deletes nothing", comparing("--new-pair"))
	},
	apply.CauseHistory:  func(r *apply.Refusal) hint { return in(r.Root, "log", "--verify") },
	apply.CauseForeign:  func(r *apply.Refusal) hint { return exactly("treaty recover " + argument(r.Root)) },
	apply.CauseNotApart: func(*apply.Refusal) hint { return twoTrees },

	apply.CauseConflicts: func(*apply.Refusal) hint { return skipThem },

	apply.CauseDrift: func(*apply.Refusal) hint { return comparing() },
	apply.CauseUnrelated: func(*apply.Refusal) hint {
		return func(i *invocation) string {
			return then(comparing()(i)+" compares anew; or, if what changed does not matter", about("apply", "--allow-unrelated-drift"))(i)
		}
	},
	apply.CauseUnfit:   func(*apply.Refusal) hint { return comparing() },
	apply.CauseApplied: func(*apply.Refusal) hint { return comparing() },
	apply.CauseWeaker:  func(r *apply.Refusal) hint { return comparing("--"+r.Side.String()+"-fs", "unknown") },

	apply.CauseUnapproved: func(*apply.Refusal) hint { return approveIt },
	apply.CauseSigners:    func(*apply.Refusal) hint { return then("mend the config's approvals.allowed_signers", again) },
	apply.CausePolicy:     func(*apply.Refusal) hint { return then("mend the config, and what it names", again) },
	apply.CauseSignatures: func(*apply.Refusal) hint { return signIt },

	apply.CauseInterrupted: func(r *apply.Refusal) hint {
		return onOrBack(exactly("treaty apply"), r.Root)
	},
	apply.CauseEdited: func(r *apply.Refusal) hint { return exactly("treaty recover " + argument(r.Root)) },
	apply.CausePartner: func(r *apply.Refusal) hint {
		journal := filepath.Join(r.Root, tree.PrivateFolder, "journal", r.Plan+".log")
		return then("mount the other tree too (only if that is gone for good, remove "+journal+")", again)
	},

	apply.CauseMissing: func(r *apply.Refusal) hint {
		return then("mount it (or say where it is now, by --"+r.Side.String()+" DIR)", again)
	},
	apply.CauseOther: func(*apply.Refusal) hint {
		return then("mount the right one; or, if this is meant to be another tree", comparing("--new-pair"))
	},
	apply.CauseNewTree: func(*apply.Refusal) hint { return comparing() },
	apply.CauseEmptied: func(*apply.Refusal) hint { return then("mount it again", again) },
	apply.CauseDeletes: func(*apply.Refusal) hint {
		return then("look at the deletes", comparing("--allow-many-deletes"))
	},
	apply.CauseVanished:  func(*apply.Refusal) hint { return then("mount it again", again) },
	apply.CauseSpace:     func(*apply.Refusal) hint { return then("make room (treaty clean removes old trash)", again) },
	apply.CauseForbidden: func(*apply.Refusal) hint { return then("let your user change it", again) },
	apply.CauseReadOnly:  func(*apply.Refusal) hint { return then("make it writable", again) },
	apply.CauseSlots: func(*apply.Refusal) hint {
		return then("spread the files over more directories, or give them shorter names", comparing())
	},
	apply.CauseJournal: func(*apply.Refusal) hint { return then("mount the right one", again) },
	apply.CausePair: func(*apply.Refusal) hint {
		return then("mount the right one; or, if this is meant to be a new tree", comparing("--new-pair"))
	},
	apply.CauseNotUndone: func(*apply.Refusal) hint { return then("mount the right one", again) },

	apply.CauseLocked: func(r *apply.Refusal) hint {
		return then("wait for it; or, if it is certain that it no longer runs", exactly("treaty recover --break-lock "+argument(r.Root)))
	},

	apply.CausePartial:    func(*apply.Refusal) hint { return comparing() },
	apply.CauseUnfinished: func(r *apply.Refusal) hint { return onOrBack(applyIt, r.Root) },
}

// onOrBack are the two ways out of an apply that is not finished, of the tree at root: which is taken is the person's
// choice, and the command is the one that carries out no more of the plan.
func onOrBack(on hint, root string) hint {
	return func(i *invocation) string {
		return then(on(i)+" goes on with it; or, to settle it back", exactly("treaty recover "+argument(root)))(i)
	}
}

// skipThem settles all conflicts by the one choice that changes nothing.
var skipThem = about("resolve", "--take", "skip", "--all")

// twoTrees is for whoever named trees that are not two.
var twoTrees = then("name two trees of which neither lies in the other", exactly("treaty plan --help"))

// approveIt approves the plan, without a question where nobody can be asked.
func approveIt(i *invocation) string {
	return then("look at it with treaty show", about("approve", i.unasked()...))(i)
}

// signIt signs with the key that is there, or else the one that ssh-keygen makes.
func signIt(i *invocation) string {
	key := filepath.Join("~", ".ssh", "id_ed25519")
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		candidate := filepath.Join("~", ".ssh", "id_"+kind)
		if _, err := os.Stat(expandHome(candidate)); err == nil {
			key = candidate
			break
		}
	}
	return about("approve", append([]string{"--sign", argument(expandHome(key))}, i.unasked()...)...)(i)
}

// applyIt applies the plan, with the flags that were given if it was to be applied.
func applyIt(i *invocation) string {
	if i.name == "apply" {
		return again(i)
	}
	return about("apply")(i)
}
