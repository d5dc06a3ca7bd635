package apply_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/plan"
)

// A program of your own plans, lets somebody approve, and applies.
func Example() {
	laptop, stick := twoTrees()
	defer os.RemoveAll(filepath.Dir(laptop))
	ctx, ann := context.Background(), plan.Author{User: "ann", Host: "laptop", Version: "example 1.0"}

	// Plan: nothing is changed yet.
	pair, err := apply.Open(laptop, stick)
	must(err)
	defer pair.Close()
	made, err := pair.Plan(ctx, apply.Planning{Options: plan.DefaultOptions(), By: ann})
	must(err)
	for _, op := range made.Plan.Operations {
		fmt.Println(op.Action, op.Path, "on", op.Side, "because", op.Reason)
	}
	// The text is what a person reads and edits, in .treaty/plans of the laptop or wherever it is kept.
	text, err := made.Text()
	must(err)

	// Approve exactly this text.
	signoff := apply.Signoff{By: "Ann", Host: "laptop", At: time.Now().UTC()}
	approval, err := paper.Approve(nil, paper.RefTo(made.Plan, text), signoff).Text()
	must(err)

	// Apply, and look at the receipt. An error that wraps apply.ErrPartial comes with one too.
	receipt, err := apply.Apply(ctx, apply.Request{Plan: text, Approval: approval, By: ann})
	must(err)
	fmt.Println(receipt.Outcome, receipt.Totals.Done)
	letter, _ := os.ReadFile(filepath.Join(stick, "letter.txt"))
	fmt.Printf("%s\n", letter)
	// Output:
	// create letter.txt on remote because only-on-local
	// create list.txt on local because only-on-remote
	// complete 2
	// Dear Ann
}

// twoTrees are a laptop with a letter and a stick with a list.
func twoTrees() (laptop, stick string) {
	dir, err := os.MkdirTemp("", "")
	must(err)
	laptop, stick = filepath.Join(dir, "laptop"), filepath.Join(dir, "stick")
	for file, text := range map[string]string{filepath.Join(laptop, "letter.txt"): "Dear Ann",
		filepath.Join(stick, "list.txt"): "milk"} {
		must(os.Mkdir(filepath.Dir(file), 0o755))
		must(os.WriteFile(file, []byte(text), 0o644))
	}
	return laptop, stick
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
