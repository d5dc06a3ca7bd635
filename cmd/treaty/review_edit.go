package main

import (
	"io"

	"treaty/cmd/treaty/internal/review"
)

// edited is what came of editing a merge.
type edited struct{ model review.Model }

// mergeEditing has a person edit the merge of the conflict in focus, on the terminal that the review leaves for the
// while.
type mergeEditing struct {
	app   *app
	model review.Model
}

// Run edits. What came of it is in the model.
func (e *mergeEditing) Run() error {
	words, err := editorWords()
	if err != nil {
		return err
	}
	person := editing{app: e.app, plan: e.model.Plan(), editor: words}
	return person.made(review.Merging(e.model), func(text []byte) (err error) {
		e.model, err = review.Merged(e.model, text)
		return err
	})
}

// came is what came of it, with an error where nothing did.
func (e *mergeEditing) came(err error) edited {
	if err != nil {
		return edited{review.NotMerged(e.model, err.Error())}
	}
	return edited{e.model}
}

// The editor is given treaty's own streams, which are those of the review.
func (e *mergeEditing) SetStdin(io.Reader)  {}
func (e *mergeEditing) SetStdout(io.Writer) {}
func (e *mergeEditing) SetStderr(io.Writer) {}
