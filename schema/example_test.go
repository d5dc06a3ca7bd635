package schema_test

import (
	"errors"
	"fmt"

	"treaty/schema"
)

// A program that keeps its own configuration beside treaty's says where a
// mistake is, and what was expected.
func Example() {
	config := []byte(`{
  "remote": "/media/stick",
  "ignored": ["*.tmp"],
  "hash": "everything"
}`)
	var errs schema.Errors
	if err := schema.Validate(schema.Config, config); errors.As(err, &errs) {
		for _, e := range errs {
			fmt.Println(e)
		}
	}
	// Output:
	// /ignored (line 3, column 3): unknown property "ignored"; did you mean "ignore"?
	// /hash (line 4, column 11): "everything" is not one of "conflicts", "operations", "all"
}

// The elements of a plan's long arrays are decoded one by one.
func ExampleDocument_Elements() {
	head := []byte(`{
  "format": "treaty.head", "format_version": "1.0",
  "number": 12, "sha256": "8c2574892063f995fdf756bce07f46c1a5193e54cd52837ed91e32008ccf41ac"
}`)
	doc, err := schema.Parse(schema.Head, head)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(doc.Member("number")))
	for i, element := range doc.Elements("results") {
		fmt.Println(i, string(element))
	}
	// Output:
	// 12
}
