package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"treaty/apply"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/tree"
)

// hints are what to type about each cause for which package apply refuses.
var hints = map[refusal.Cause]func(*apply.Refusal) hint{
	refusal.CauseTreeFile: func(*apply.Refusal) hint {
		return then("bring it back from a backup; or, to make a new tree of it, which deletes nothing",
			comparing("--new-pair"))
	},
	refusal.CauseHistory:  func(r *apply.Refusal) hint { return in(r.Root, "log", "--verify") },
	refusal.CauseForeign:  func(r *apply.Refusal) hint { return exactly("treaty recover " + argument(r.Root)) },
	refusal.CauseNotApart: func(*apply.Refusal) hint { return twoTrees },
	refusal.CauseCopied: func(r *apply.Refusal) hint {
		return then("if "+argument(r.Root)+" is the copy, to make it a tree of its own", comparing("--new-pair"))
	},
	refusal.CauseInside: func(r *apply.Refusal) hint {
		return then("name the tree itself, "+argument(r.Root), helped)
	},

	refusal.CauseConflicts: func(*apply.Refusal) hint { return resolveThem },

	refusal.CauseDrift: func(*apply.Refusal) hint { return comparing() },
	refusal.CauseUnrelated: func(*apply.Refusal) hint {
		return besides("%s compares anew; or, if what changed does not matter", comparing(),
			applyingBy("--allow-unrelated-drift"))
	},
	refusal.CauseUnfit:   func(*apply.Refusal) hint { return comparing() },
	refusal.CauseApplied: showApplied,
	refusal.CauseWeaker:  func(r *apply.Refusal) hint { return comparing("--"+r.Side.String()+"-fs", "unknown") },

	refusal.CauseUnapproved: func(*apply.Refusal) hint { return approveIt },
	refusal.CauseSigners: func(*apply.Refusal) hint {
		return then("mend the config's approvals.allowed_signers", again)
	},
	refusal.CausePolicy:     func(*apply.Refusal) hint { return then("mend the config, and what it names", again) },
	refusal.CauseSignatures: signIt,

	refusal.CauseInterrupted: func(r *apply.Refusal) hint { return onOrBack(goOn(r), r.Root) },
	refusal.CauseEdited:      func(r *apply.Refusal) hint { return exactly("treaty recover " + argument(r.Root)) },
	refusal.CausePartner: func(r *apply.Refusal) hint {
		journal := filepath.Join(r.Root, tree.PrivateFolder, "journal", r.Plan+".log")
		return then("mount the other tree too (only if that is gone for good, remove "+journal+")", again)
	},

	refusal.CauseMissing: func(r *apply.Refusal) hint { return moved(r.Side, r.Root, mountIt(r.Side, r.Root)) },
	refusal.CauseElsewhere: func(r *apply.Refusal) hint {
		if address.Is(r.Root) {
			return then("if that is the machine that is meant", with("--"+r.Side.String(), r.Root))
		}
		return then("when that tree is in reach (DIR)", with("--"+r.Side.String(), "DIR"))
	},
	refusal.CauseOther: func(r *apply.Refusal) hint {
		return moved(r.Side, r.Root, func(i *invocation) string {
			if other := i.trees[r.Side.Other()]; other != "" && absolute(home.Expand(other)) == r.Root {
				return then("name the right one", again)(i)
			}
			return then("mount the right one; or, if this is meant to be another tree", comparing("--new-pair"))(i)
		})
	},
	refusal.CauseNewTree:   func(*apply.Refusal) hint { return comparing() },
	refusal.CauseEmptied:   func(*apply.Refusal) hint { return then("mount it again", again) },
	refusal.CauseTooMuch:   func(*apply.Refusal) hint { return allowMuch },
	refusal.CauseVanished:  func(*apply.Refusal) hint { return backAgain },
	refusal.CauseSpace:     func(r *apply.Refusal) hint { return makingRoom(r.Root) },
	refusal.CauseForbidden: func(*apply.Refusal) hint { return then("let your user change it", again) },
	refusal.CauseReadOnly:  func(*apply.Refusal) hint { return then("make it writable", again) },
	refusal.CauseSlots: func(*apply.Refusal) hint {
		return then("spread the files over more directories, or give them shorter names", comparing())
	},
	refusal.CauseJournal: func(*apply.Refusal) hint { return then("mount the right one", again) },
	refusal.CausePair: func(r *apply.Refusal) hint {
		return moved(r.Side, r.Root, then("mount the right one; or, if this is meant to be a new tree",
			comparing("--new-pair")))
	},
	refusal.CauseNotUndone: func(*apply.Refusal) hint { return then("mount the right one", again) },

	refusal.CauseLocked: func(r *apply.Refusal) hint {
		return then("wait for it; or, if it is certain that it no longer runs",
			exactly("treaty recover --break-lock "+argument(r.Root)))
	},

	refusal.CausePartial:    func(*apply.Refusal) hint { return comparing() },
	refusal.CauseUnfinished: func(r *apply.Refusal) hint { return onOrBack(goingOn, r.Root) },
	refusal.CauseUnsettled: func(r *apply.Refusal) hint {
		if h := plainHint(r.Err); h != nil {
			return h
		}
		return then("once that is mended", again)
	},
}

// showApplied is for a plan that was applied already: whoever wants to read it finds it in the log.
func showApplied(r *apply.Refusal) hint {
	return func(i *invocation) string {
		if i.name != "show" {
			return comparingAll(i)
		}
		return in(i.trees[plan.Local], "log", strconv.Itoa(r.Number))(i)
	}
}

// backAgain is for a tree that went away.
func backAgain(i *invocation) string {
	if slices.ContainsFunc(i.trees[:], address.Is) || slices.ContainsFunc(i.args, address.Is) {
		return then("see that the other machine can be reached", again)(i)
	}
	return then("mount it again", again)(i)
}

// resolveThem says how to see and to settle the conflicts that stop a plan: on a terminal in a review; elsewhere the
// command is the one that leaves them all as they are.
func resolveThem(i *invocation) string {
	if i.draws {
		return about("review")(i)
	}
	const advice = "treaty resolve --help tells how to settle each, %s lists them; or, to leave all as they are"
	return besides(advice, about("show", "--unresolved"), skipThem)(i)
}

// skipThem settles all conflicts by the one choice that changes nothing.
var skipThem = about("resolve", "--take", "skip", "--all")

// mountIt is for a tree that is not there, nor anywhere else.
func mountIt(side plan.Side, root string) hint {
	return func(i *invocation) string {
		switch {
		case i.name == "apply" && address.Is(root):
			return then("see where it is on that machine (and say so, by --"+side.String()+" ADDRESS)", again)(i)
		case i.name == "apply":
			return then("mount it (or say where it is now, by --"+side.String()+" DIR)", again)(i)
		}
		typed := i.trees[side]
		switch {
		case address.Is(typed):
			return rightPath(typed)(i)
		case isElsewhere(typed):
			return then("a tree on another machine is named as ssh://user@host/path", helped)(i)
		case isDrive(typed):
			return then("drives have no letters here: name the folder where it is mounted", helped)(i)
		case nearTo(typed, i.trees[side.Other()]) != "":
			there := *i
			there.trees[side] = nearTo(typed, i.trees[side.Other()])
			return then("if "+there.trees[side]+" is meant", comparing())(&there)
		case side == plan.Remote && !slices.Contains(i.args, typed):
			return then("mount it, or name the folder that it is in now", again)(i)
		}
		return rightPath(typed)(i)
	}
}

// rightPath is for a directory that is not there, by the path of it that was typed.
func rightPath(typed string) hint {
	if address.Is(typed) {
		return then("mend the path, which is that machine's", again)
	}
	return then("mount it, or mend the path", again)
}

// makeRoom is for a tree in which something else has the name of treaty's own folder.
func makeRoom(e *store.NoFolder) hint {
	if e.Link {
		return then("put the folder that it leads to in its place, or move it away", again)
	}
	return then("move it away (treaty keeps its own files in a folder of that name)", again)
}

// twoTrees is for whoever named trees that are not two.
var twoTrees = then("name two trees of which neither lies in the other", helped)

// approveIt approves the plan, without a question where nobody can be asked. Where it would be refused, that is made
// anew which can be approved.
func approveIt(i *invocation) string {
	if i.about != nil && i.about.TooMuch() != nil {
		return allowMuch(i)
	}
	advice := "look at it with %s"
	if len(i.signing()) > 0 && !isThere(ownKey()) {
		advice += "; " + makeKey()
	}
	return then(fmt.Sprintf(advice, about("show")(i)), approving)(i)
}

// approving is the command that approves the plan: by a signature, where the config of one of its trees counts those
// only.
func approving(i *invocation) string {
	return i.aboutPlan("approve", append(i.signing(), i.unasked()...)...).started()
}

// allowMuch makes a plan anew that may delete and replace as much as this one. What was settled in this one is not
// settled there.
func allowMuch(i *invocation) string {
	flags := []string{"--allow-many-deletes"}
	again := ""
	if i.about != nil {
		flags = allowing(i.about)
		if len(i.about.Conflicts) > 0 {
			again = " (the new plan asks for each conflict again)"
		}
	}
	command := comparing(flags...)
	if i.name == "sync" {
		command = with(flags...)
	}
	if !slices.Contains(flags, "--allow-many-deletes") {
		return "look at them" + again + ", and then: " + command(i)
	}
	return then("look at the deletes"+again, command)(i)
}

// allowing are the flags that let a plan do all that it does too much of; that of deletes where it does not.
func allowing(p *plan.Plan) (flags []string) {
	by := map[plan.Code]string{plan.ManyDeletes: "--allow-many-deletes", plan.ManyUpdates: "--allow-many-updates"}
	for _, mass := range p.Masses() {
		flags = append(flags, by[mass.Code])
	}
	if len(flags) == 0 {
		return []string{by[plan.ManyDeletes]}
	}
	return slices.Compact(flags)
}

// signIt approves by a signature, whatever the configs say. Whoever has signed can't sign for another person.
func signIt(r *apply.Refusal) hint {
	return func(i *invocation) string {
		sign := about("approve", append([]string{"--sign", argument(ownKey())}, i.unasked()...)...)
		switch {
		case r.Signed > 0:
			return then("another signer has to approve the same plan file by --sign", applyIt)(i)
		case !isThere(ownKey()):
			return then(makeKey(), sign)(i)
		}
		return sign(i)
	}
}

// makeKey is the advice for who has no key yet.
func makeKey() string { return "make a key, which the allowed signers have to name, by " + keyMaker() }

// keyMaker is the command that makes a key.
func keyMaker() string { return "ssh-keygen -t ed25519 -f " + argument(ownKey()) }

// onlyMakeKey is what comes first, a line of its own, where only a signature approves and there is no key to sign with;
// "" where approve can be typed at once.
func (i *invocation) onlyMakeKey() string {
	if len(i.signing()) == 0 || isThere(ownKey()) {
		return ""
	}
	return keyMaker() + "   (makes the key that approve asks for; the allowed signers have to name it)"
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// signing are the flags by which to approve the plan: those of a signature where a tree's config counts only those.
// A config that cannot be read is told of by the command.
func (i *invocation) signing() []string {
	for _, root := range i.trees {
		if policy, err := policyAt(home.Expand(root)); root != "" && err == nil && policy.Required > 0 {
			return []string{"--sign", argument(ownKey())}
		}
	}
	return nil
}

// ownKey is the key that is there, or else the one that ssh-keygen makes.
func ownKey() string {
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		key := home.Expand(filepath.Join("~", ".ssh", "id_"+kind))
		if isThere(key) {
			return key
		}
	}
	return home.Expand(filepath.Join("~", ".ssh", "id_ed25519"))
}

// applyIt applies the plan, with the flags that were given if it was to be applied.
var applyIt = applyingBy()

// applyingBy is applyIt with more flags.
func applyingBy(flags ...string) hint {
	return func(i *invocation) string {
		if i.name == "apply" {
			return with(flags...)(i)
		}
		return about("apply", flags...)(i)
	}
}
