package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"treaty/testdata/effort"
)

// servantName is what this binary is called where it is a servant.
const servantName = "servant"

// An errand is one command line of treaty, and where and amid what it is typed: bytes, since names may be any.
type errand struct {
	Dir       []byte
	Env, Args [][]byte
}

func errandOf(dir string, env, args []string) errand {
	return errand{[]byte(dir), bytewise(env), bytewise(args)}
}

func bytewise(texts []string) (out [][]byte) {
	for _, text := range texts {
		out = append(out, []byte(text))
	}
	return out
}

func textual(texts [][]byte) (out []string) {
	for _, text := range texts {
		out = append(out, string(text))
	}
	return out
}

// An account is what came of an errand.
type account struct {
	Code int
	// Failed says why the errand could not even be begun, "" where it was.
	Failed string
	// Spent tells that something of the errand still runs: with a process it would have ended.
	Spent bool
}

// A result is what a command line came to, whoever carried it out.
type result struct {
	code           int
	stdout, stderr string
}

// carryOut has treaty carry out a command line of a script. A process takes longer to start than most commands to run,
// and scripts have two thousand: so a servant does all those of a script, one after the other, each in the directory
// and the environment that its process would have. A process does what needs one: what is typed at a terminal or read
// from standard input, and what reads another time zone, which a process does once. In a sweep each command is a
// process.
func carryOut(ts *testscript.TestScript, words []string) result {
	e := errandOf(ts.MkAbs("."), environment(ts), words[1:])
	s := ts.Value(servants{}).(*servant)
	if words[0] != "treaty" || effort.Sweep() > 0 || unexported(ts, "stdin").Len()+unexported(ts, "ttyin").Len() > 0 ||
		!s.suits(ts) {
		return inProcess(ts, words)
	}
	r, err := s.do(e)
	ts.Check(err)
	return r
}

// inProcess has a process of its own carry out a command line.
func inProcess(ts *testscript.TestScript, words []string) result {
	code := 0
	err := ts.Exec(words[0], words[1:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	return result{code, ts.ReadFile("stdout"), ts.ReadFile("stderr")}
}

// tell makes a result what the script's next commands find as stdout and stderr.
func (r result) tell(ts *testscript.TestScript) {
	_, err := io.WriteString(ts.Stdout(), r.stdout)
	ts.Check(err)
	_, err = io.WriteString(ts.Stderr(), r.stderr)
	ts.Check(err)
}

// environment is what a process of the script would get.
func environment(ts *testscript.TestScript) (env []string) {
	from := unexported(ts, "env")
	for i := range from.Len() {
		env = append(env, from.Index(i).String())
	}
	return append(env, "PWD="+ts.MkAbs("."))
}

// unexported is what a script keeps to itself, but gives to the processes that it starts. Whoever uses it panics where
// there is no such thing, as in another version of the package.
func unexported(ts *testscript.TestScript, name string) reflect.Value {
	return reflect.ValueOf(ts).Elem().FieldByName(name)
}

// servants is under which a script has its servant.
type servants struct{}

// A servant is a process of this binary that carries out errands. It starts at the first, and again after one that it
// did not survive.
type servant struct {
	zone string // that it started in
	cmd  *exec.Cmd
	in   io.WriteCloser
	to   *json.Encoder
	from *json.Decoder
	// said are the files that errands write to, standard output and error.
	said [2]string
}

// suits tells whether what a process takes from the environment as it starts is what the servant took.
func (s *servant) suits(ts *testscript.TestScript) bool { return s.zone == ts.Getenv("TZ") }

// engage makes a servant for a script. dismissed ends it, and takes what it left.
func engage(zone string) (s *servant, dismissed func() error, err error) {
	dir, err := os.MkdirTemp("", servantName)
	if err != nil {
		return nil, nil, err
	}
	s = &servant{zone: zone, said: [2]string{filepath.Join(dir, "stdout"), filepath.Join(dir, "stderr")}}
	return s, func() error { return errors.Join(s.end(), os.RemoveAll(dir)) }, nil
}

// do has an errand done. Where it ends the servant, as a panic does, its exit code is the servant's.
func (s *servant) do(e errand) (result, error) {
	if err := s.start(e.Env); err != nil {
		return result{}, err
	}
	var a account
	if err := s.to.Encode(e); err != nil {
		return result{}, errors.Join(err, s.end())
	}
	if err := s.from.Decode(&a); err != nil || a.Spent {
		ended := s.end()
		if exit, ok := errors.AsType[*exec.ExitError](ended); ok {
			a.Code = exit.ExitCode()
		} else if err != nil {
			return result{}, errors.Join(err, ended)
		}
	}
	if a.Failed != "" {
		return result{}, errors.New(a.Failed)
	}
	var said [2]string
	for i, name := range s.said {
		text, err := os.ReadFile(name)
		if err != nil {
			return result{}, err
		}
		if err := os.Truncate(name, 0); err != nil {
			return result{}, err
		}
		said[i] = string(text)
	}
	return result{a.Code, said[0], said[1]}, nil
}

// start starts the process, unless it runs.
func (s *servant) start(env [][]byte) error {
	if s.cmd != nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	// What is said of a panic is said on standard error.
	stderr, err := os.OpenFile(s.said[1], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer stderr.Close()
	cmd := &exec.Cmd{Path: self, Args: append([]string{servantName}, s.said[:]...), Env: textual(env), Stderr: stderr}
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.in, s.to, s.from = cmd, in, json.NewEncoder(in), json.NewDecoder(out)
	return nil
}

// end lets the process end, and returns how it did.
func (s *servant) end() error {
	if s.cmd == nil {
		return nil
	}
	cmd := s.cmd
	s.cmd = nil
	_ = s.in.Close() // of who is there no more it can't be closed
	return cmd.Wait()
}

// serve is what a servant does.
func serve() {
	if err := serveUntilEOF(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serveUntilEOF(stdoutName, stderrName string) error {
	stdin, nobody, err := os.Pipe()
	if err != nil {
		return err
	}
	nobody.Close()
	stdout, err := os.OpenFile(stdoutName, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	stderr, err := os.OpenFile(stderrName, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, stop := interruptible() // starts what listens to signals for as long as the process runs
	stop()
	home, from, to := filepath.Dir(stdoutName), json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var e errand
		if err := from.Decode(&e); err != nil {
			return unless(err, io.EOF)
		}
		var a account
		if err := e.enter(); err != nil {
			a.Failed = err.Error()
		} else {
			before := runtime.NumGoroutine()
			a.Code = run(textual(e.Args), stdin, stdout, stderr)
			a.Spent = !ended(before)
		}
		// Nobody may remove the directory that a process is in, on some systems.
		if err := errors.Join(os.Chdir(home), to.Encode(a)); err != nil {
			return err
		}
	}
}

// ended waits for what a command is still about to end, and tells whether nothing of it is left.
func ended(before int) bool {
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return true
		}
		time.Sleep(100 * time.Microsecond)
	}
	return false
}

// unless returns nil for an error that is the other.
func unless(err, other error) error {
	if errors.Is(err, other) {
		return nil
	}
	return err
}

// enter makes the environment and the directory of an errand those of this process.
func (e errand) enter() error {
	os.Clearenv()
	for _, entry := range textual(e.Env) {
		name, value, found := strings.Cut(entry, "=")
		if !found || name == "" {
			continue
		}
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return os.Chdir(string(e.Dir))
}
