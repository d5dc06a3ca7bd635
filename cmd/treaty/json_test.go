package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/schema"
)

// saidBy is what a command prints to standard output; it exits with a code.
func saidBy(t *testing.T, code int, words ...string) []byte {
	t.Helper()
	var out, complaints bytes.Buffer
	if got := run(words, strings.NewReader(""), &out, &complaints); got != code {
		t.Fatalf("treaty %q: exit code %d, not %d: %s%s", words, got, code, &out, &complaints)
	}
	return out.Bytes()
}

// by holds a text to the schema that treaty prints of a kind.
func by(t *testing.T, kind schema.Kind, text []byte) {
	t.Helper()
	if err := schema.Validate(kind, text); err != nil {
		t.Errorf("%s: %v\n%s", kind, err, text)
	}
	if got := saidBy(t, 0, "schema", string(kind)); !bytes.Equal(got, schema.Text(kind)) {
		t.Errorf("treaty schema %s prints another one", kind)
	}
}

func TestWhatIsPrintedAsJSONIsByItsSchema(t *testing.T) {
	local, remote := readmeTrees(t)
	t.Chdir(local)
	by(t, schema.Status, saidBy(t, 0, "status", "--json", remote))
	saidBy(t, 0, "plan", remote)
	whole := saidBy(t, 0, "show", "--json")
	by(t, schema.Plan, whole)
	by(t, schema.Status, saidBy(t, 0, "status", "--json", remote))
	saidBy(t, 0, "resolve", "--take", "both", "--all")
	saidBy(t, 0, "approve", "--yes")
	receipt := saidBy(t, 0, "apply", "--json")
	by(t, schema.Receipt, receipt)
	var all []json.RawMessage
	if err := json.Unmarshal(saidBy(t, 0, "log", "--json"), &all); err != nil || len(all) != 1 {
		t.Fatalf("%d receipts: %v", len(all), err)
	}
	by(t, schema.Receipt, all[0])
	if one := saidBy(t, 0, "log", "--json", "1"); !bytes.Equal(one, receipt) {
		t.Errorf("the log has\n%s\nand apply printed\n%s", one, receipt)
	}
	by(t, schema.Doctor, saidBy(t, 0, "doctor", "--json"))
	write(t, filepath.Join(local, ".treaty", "config.json"), `{"remote": "../nowhere", "hash": "all"}`)
	by(t, schema.Doctor, saidBy(t, exitFailed, "doctor", "--json"))
}

func TestShowPrintsThePlanAsItIsApproved(t *testing.T) {
	local, remote := readmeTrees(t)
	t.Chdir(local)
	saidBy(t, 0, "plan", remote, "-o", filepath.Join(filepath.Dir(local), "of.plan.json"))
	file := filepath.Join(filepath.Dir(local), "of.plan.json")
	if got := saidBy(t, 0, "show", file, "--json"); !bytes.Equal(got, textOf(t, file)) {
		t.Error("it is not the text of the file")
	}
	part := saidBy(t, 0, "show", file, "--json", "letters")
	by(t, schema.Plan, part)
	var p struct {
		Operations, Conflicts []struct{ Path string }
	}
	if err := json.Unmarshal(part, &p); err != nil || len(p.Operations) != 3 || len(p.Conflicts) != 0 {
		t.Errorf("of letters it prints %v (%v)", p, err)
	}
	open := saidBy(t, 0, "show", file, "--json", "--unresolved")
	if err := json.Unmarshal(open, &p); err != nil || len(p.Operations) != 0 || len(p.Conflicts) != 1 {
		t.Errorf("of what is unresolved it prints %v (%v)", p, err)
	}
}

func TestASyncForATimerPrintsWhatItDid(t *testing.T) {
	local, remote := readmeTrees(t)
	t.Chdir(local)
	if code := run([]string{"sync", "--json", remote}, strings.NewReader(""), io.Discard, io.Discard); code != exitUsage {
		t.Errorf("without --yes the exit code is %d", code)
	}
	if out := saidBy(t, exitConflicts, "sync", "--json", "--yes", remote); len(out) > 0 {
		t.Errorf("where conflicts stop it, it prints %s", out)
	}
	by(t, schema.Receipt, saidBy(t, 0, "sync", "--json", "--yes", "--skip-conflicts", remote))
}

// textOf is the text of a file.
func textOf(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
