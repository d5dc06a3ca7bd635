package scan_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.MkdirAll(filepath.Join(dir, "notes"), 0o755)
	os.WriteFile(filepath.Join(dir, "notes", "a.txt"), []byte("hello"), 0o644)
	os.WriteFile(filepath.Join(dir, ".DS_Store"), nil, 0o644)

	root, err := scan.Open(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer root.Close()
	ctx := context.Background()
	walk := root.Walk(ctx, scan.Options{DefaultIgnores: true, Granularity: 1})
	defer walk.Close()
	for _, dir := range []tree.Path{tree.Root, "notes"} {
		listing, err := walk.List(dir)
		if err != nil {
			log.Fatal(err)
		}
		for _, e := range listing.Entries {
			path := dir.Join(e.Name)
			fmt.Println(e.Type, path, e.Ruling == tree.InScope)
			if e.Type == tree.File && e.Ruling == tree.InScope {
				hash, err := root.Hash(ctx, path, scan.Expected{Size: e.Size, Mtime: e.Mtime, Granularity: 1})
				fmt.Printf("%.8s %v\n", hash, err)
			}
		}
	}
	// Only now is it known that what is missing above was deleted.
	fmt.Println(walk.Finish())
	// Output:
	// file .DS_Store false
	// directory notes true
	// file notes/a.txt true
	// 2cf24dba <nil>
	// <nil>
}
