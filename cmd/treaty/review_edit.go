package main

import "treaty/cmd/treaty/internal/review"

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
	return person.made(review.InFocus(e.model), func(text []byte) (err error) {
		e.model, err = review.Merged(e.model, text)
		return err
	})
}

// came is what came of it, with an error where nothing did.
func (e *mergeEditing) came(err error) review.Model {
	if err != nil {
		return review.NotMerged(e.model, err.Error())
	}
	return e.model
}
