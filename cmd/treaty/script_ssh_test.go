package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// sshConfig names, in the environment, the config of an ssh client that knows a Host nas: a real sshd on this machine,
// to which a treaty is in the PATH. Without it the scripts have a stand-in for ssh.
const sshConfig = "TREATY_TEST_SSH"

// afar are the scripts that are run with REMOTE behind ssh: those of everyday, and those that have an address anyway.
var afar = []string{"ssh*", "plan-*", "show*", "resolve-*", "skip", "approve*", "apply-*", "sync*", "undo*", "restore*",
	"recover", "status*", "log-*", "clean*"}

// remoteNamed are those in which REMOTE is left out: the config of LOCAL names it, since nothing connects to an address
// that only a tree names.
var remoteNamed = []string{"log-history-cut", "log-history-gone", "log-verify", "plan-only", "recover", "show-part",
	"status-waiting", "undo-unfit"}

// stayHere are the scripts of afar that are run on this machine alone, and why.
var stayHere = map[string]string{
	"apply-killed":       "REMOTE is used as LOCAL before the agent of who was killed has gone",
	"apply-killed-apart": "REMOTE is settled as a directory before the agent of who was killed has gone",
	"approve-sides":      "each tree is LOCAL once",
	"plan-again":         "its hints name REMOTE as a directory",
	"plan-foreign":       "its tree is the home that the config for ssh lies in",
	"plan-unreadable":    "sshd lets root in, who may read all",
	"resolve-bases":      "its plan is of version 1.0, which knows no addresses",
	"resolve-edited":     "a program is given the text of REMOTE, which is not here",
	"resolve-hints":      "its hints name REMOTE as a directory",
	"resolve-merged":     "its plan is of version 1.0, which knows no addresses",
	"resolve-paths":      "commands are typed in REMOTE",
	"restore":            "commands are typed in REMOTE",
	"restore-paths":      "it types paths as the disk of REMOTE has them",
	"status":             "it begins without a config",
	"status-signed":      "the config names REMOTE as a directory",
}

// Most scripts of everyday run over ssh, and those that do not are there, each with a reason.
func TestFewScriptsAreNotRunOverSSH(t *testing.T) {
	all := scripts(t, "script", afar...)
	for name, why := range stayHere {
		at := slices.IndexFunc(all, func(file string) bool { return filepath.Base(file) == name+".txtar" })
		if at < 0 || why == "" {
			t.Errorf("%s: there is no such script, or no reason", name)
		}
	}
	if len(stayHere)*4 > len(all) {
		t.Errorf("%d of %d scripts are not run over ssh", len(stayHere), len(all))
	}
}

// TestScriptsOverSSH runs scripts with REMOTE on a machine that a real ssh reaches, by a real sshd.
func TestScriptsOverSSH(t *testing.T) {
	config := os.Getenv(sshConfig)
	if config == "" {
		t.Skipf("%s names no ssh to run them over: .ci/run ssh does", sshConfig)
	}
	testscript.Run(t, testscript.Params{
		Files:               farAway(t),
		Setup:               func(env *testscript.Env) error { return reaching(env, config) },
		Deadline:            time.Now().Add(10 * time.Minute),
		Cmds:                commands,
		Condition:           condition,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
	})
}

// farAway are the scripts of afar, with REMOTE as an address.
func farAway(t *testing.T) (files []string) {
	folder := t.TempDir()
	for _, file := range scripts(t, "script", afar...) {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if stayHere[name] != "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		moved := filepath.Join(folder, filepath.Base(file))
		if err := os.WriteFile(moved, []byte(addressing(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, moved)
	}
	return files
}

// addressing is a script of trees that are called a and b with REMOTE as an address.
func addressing(script string) string {
	commands, files, found := strings.Cut(script, "\n-- ")
	lines := strings.Split(commands, "\n")
	for i, line := range lines {
		lines[i] = ofBoth.ReplaceAllString(toRemote(line), "$1 ssh://nas/.*/b")
	}
	if commands = strings.Join(lines, "\n"); found {
		return commands + "\n-- " + files
	}
	return commands
}

// ofBoth is what is printed of both trees.
var ofBoth = regexp.MustCompile(`^(std(?:out|err) .* a) b\b`)

// toRemote is a line in which the REMOTE of a command that compares is an address.
func toRemote(line string) string {
	words := strings.Split(line, " ")
	compares := words[0] == "agree" || words[0] == "exits" && slices.ContainsFunc(words, func(word string) bool {
		return slices.Contains([]string{"plan", "sync", "status", "init"}, word)
	})
	at := slices.Index(words, "b")
	if !compares || at < 0 || words[at-1] == "-C" || !slices.Contains(words[:at], "a") {
		return line
	}
	words[at] = "ssh://nas$WORK/b"
	return strings.Join(words, " ")
}

// reaching is setup, with ssh in place of what stands for it: whatever a script says of hosts beside nas stays.
func reaching(env *testscript.Env, config string) error {
	if err := setup(env); err != nil {
		return err
	}
	if slices.Contains(remoteNamed, strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")) {
		private := filepath.Join(env.WorkDir, "a", ".treaty")
		text := []byte(`{"remote": "ssh://nas` + env.WorkDir + `/b"}`)
		if err := os.MkdirAll(private, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(private, "config.json"), text, 0o600); err != nil {
			return err
		}
	}
	own := filepath.Join(env.WorkDir, "home", ".config", "treaty", "config.json")
	ssh := []string{"ssh", "-F", config}
	text, err := os.ReadFile(own)
	if os.IsNotExist(err) {
		text, err = []byte("{}"), os.MkdirAll(filepath.Dir(own), 0o700)
	}
	if err != nil {
		return err
	}
	var says map[string]map[string]any
	if err := json.Unmarshal(text, &says); err != nil {
		return err
	}
	if says["ssh"] == nil {
		says["ssh"] = map[string]any{"command": ssh}
	} else if command, given := says["ssh"]["command"].([]any); given {
		at := slices.IndexFunc(command, func(word any) bool { return strings.HasSuffix(word.(string), standIn) })
		if at < 0 {
			return nil
		}
		command[at] = strings.TrimSuffix(command[at].(string), standIn) + "exec " + strings.Join(ssh, " ") + ` "$@"`
	}
	if text, err = json.Marshal(says); err != nil {
		return err
	}
	return os.WriteFile(own, text, 0o600)
}

// standIn is how a stand-in for ssh ends: it runs here what ssh would run there.
const standIn = `shift; exec "$@"`
