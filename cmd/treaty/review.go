package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/review"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/schema"
)

type reviewCommand struct {
	planArgument
	Difftool string `text:"" placeholder:"CMD" help:"Let key D give this program copies of LOCAL and REMOTE ($$TREATY_DIFFTOOL)."`
}

// Run shows the plan on the whole screen, where it can be settled, and goes on to approve it if asked to.
func (c *reviewCommand) Run(a *app) error {
	f, err := a.editable(c.Path)
	if err != nil {
		return err
	}
	if err := f.unapplied(); err != nil {
		return err
	}
	if !a.call.draws {
		return usage(about("show"), "review needs a terminal that can be drawn on")
	}
	if f.plan.Empty() && len(f.plan.Problems) == 0 {
		return a.summary(f.plan)
	}
	wish, err := reviewed(a, f, c.Difftool)
	switch {
	case err != nil:
		return err
	case wish == review.Stop:
		return &complaint{is: context.Canceled, why: "interrupted; what was not written is given up"}
	case wish == review.Approve:
		return (&approveCommand{planArgument: planArgument{Path: f.path}}).Run(a)
	}
	a.Say("Plan: %s", render.Name(f.path))
	a.Say("Next: %s", strings.Join(next(&planned{plan: f.plan}, a.call), "\n      "))
	return nil
}

// reviewed shows the plan until the person leaves, and tells whether that is to approve it, or to stop. Versions are
// compared by the command difftool, "" for that of the environment.
func reviewed(a *app, f *planFile, difftool string) (review.Wish, error) {
	look := review.Look{Options: a.view(f.plan, true), ASCII: !unicodeShown()}
	s := &reviewScreen{app: a, file: f, model: review.New(f.plan, look)}
	if width, height, known := terminal.Size(a.Stdout); known {
		s.model = s.model.Resize(width, height)
	}
	err := s.shown()
	for err == nil && a.Ctx.Err() == nil && s.away(difftool) {
		err = s.shown()
	}
	switch wish := s.model.Wants(); {
	case a.Ctx.Err() != nil:
		return review.Stop, nil
	case err != nil:
		return review.Stop, fmt.Errorf("the screen cannot be drawn: %w", err)
	case wish != review.Nothing:
		return wish, nil
	}
	return review.Stop, nil // nobody is there any more
}

// away does what the model wants and is done while its screen is away; false where it wants nothing of that.
func (s *reviewScreen) away(difftool string) bool {
	switch s.model.Wants() {
	case review.Edit:
		e := &mergeEditing{app: s.app, model: s.model}
		s.model = e.came(e.Run())
	case review.Compare:
		wrong := ""
		if err := compared(s.app, s.model.Plan(), review.InFocus(s.model), difftool); err != nil {
			wrong = err.Error()
		}
		s.model = review.Compared(s.model, wrong)
	default:
		return false
	}
	return true
}

// shown shows the review until the person leaves, or wants what is not done on its screen.
func (s *reviewScreen) shown() error {
	// Signals end the context, as they do for any other command.
	p := tea.NewProgram(s, tea.WithContext(s.app.Ctx), tea.WithoutSignalHandler(),
		tea.WithInput(terminal.File(s.app.Stdin)), tea.WithOutput(terminal.File(s.app.Stdout)))
	_, err := p.Run()
	return err
}

// unicodeShown tells whether the terminal shows more than ASCII, as the locale says.
func unicodeShown() bool {
	if runtime.GOOS == "windows" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(os.Getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}

// reviewScreen is a review on a terminal, and the file of its plan.
type reviewScreen struct {
	app   *app
	file  *planFile
	model review.Model
	keys  int // how many were pressed
}

// Init asks for nothing.
func (s *reviewScreen) Init() tea.Cmd { return nil }

// rested is what was found when no key had been pressed for a while.
type rested struct{ found review.Dependents }

// resting is when that is to be looked for: the keys that had been pressed by then.
type resting int

// pause is how long nobody presses a key before what takes longer is looked for.
const pause = 150 * time.Millisecond

// Update shows the model what happened, and does what it wants. A key behind one that leaves the screen changes nothing
// of what that one wanted.
func (s *reviewScreen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if s.model.Wants() != review.Nothing {
		return s, tea.Quit
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.model = s.model.Resize(msg.Width, msg.Height)
	case tea.PasteMsg:
		s.model = s.model.Press(review.Key{Text: msg.Content})
	case tea.KeyPressMsg:
		if msg.String() == "ctrl+z" {
			return s, tea.Suspend
		}
		s.model = s.model.Press(review.Key{Name: msg.String(), Text: msg.Text})
		s.keys++
	case resting:
		if model := s.model; int(msg) == s.keys {
			return s, func() tea.Msg { return rested{model.Dependents()} }
		}
		return s, nil
	case rested:
		s.model = s.model.Knowing(msg.found)
		return s, nil
	}
	if quit := s.granted(); quit != nil {
		return s, quit
	}
	keys := s.keys
	return s, tea.Tick(pause, func(time.Time) tea.Msg { return resting(keys) })
}

// View is the model's screen.
func (s *reviewScreen) View() tea.View {
	return tea.View{Content: s.model.Screen(), AltScreen: true}
}

// granted does what the model wants, and ends the program where nothing is left to be done on its screen.
func (s *reviewScreen) granted() tea.Cmd {
	switch s.model.Wants() {
	case review.Nothing:
		return nil
	case review.Write, review.WriteAndLeave, review.WriteAndApprove:
		s.model = s.model.Written(s.write())
	}
	if s.model.Wants() == review.Nothing {
		return nil
	}
	return tea.Quit
}

// write writes the plan to its file, unless that is no longer what was read.
func (s *reviewScreen) write() error {
	text, err := readFile(s.file.path, schema.Plan)
	if err != nil {
		return err
	}
	if sha256.Sum256(text) != s.file.file.Ref().SHA256 {
		return errors.New("the file has changed since it was read: leave, and review it anew")
	}
	s.file.plan = s.model.Plan()
	if err := s.file.save(); err != nil {
		return err
	}
	s.file.file, err = planAt(s.file.path)
	return err
}
