package store

import (
	"path"
	"strings"

	"treaty/apply/volume"
	"treaty/schema"
)

// bounds are how many bytes each kind of treaty's own files may have, by the end of its name; the first that fits
// counts. A giant that somebody put on a stick is an error, and not read.
var bounds = []struct {
	suffix string
	most   int64
}{
	{lockFile, 64 << 10},
	{"config.json", schema.Config.MaxSize()},
	{treeFileName, schema.Tree.MaxSize()},
	{replacement(treeFileName), schema.Tree.MaxSize()},
	{"head.json", schema.Head.MaxSize()},
	{replacement("head.json"), schema.Head.MaxSize()},
	{"approval.json", schema.Approval.MaxSize()},
	{"plan.json", schema.Plan.MaxSize()},
	{"receipt.json", schema.Receipt.MaxSize()},
	{ReversalFile, schema.Plan.MaxSize()},
	{FormerFile, schema.Plan.MaxSize()},
	{digestsSuffix, schema.Plan.MaxSize()},
	{listingSuffix, volume.MostKnown},
	{undoesSuffix, 4 << 10},
	{logSuffix, 2 * schema.Plan.MaxSize()}, // two lines for each operation, each shorter than it
}

// maxBaseline is for baselines, which are streamed and have no suffix.
const maxBaseline = 4 << 30

// bound is how many bytes the file called name below ".treaty" may have.
func bound(name string) int64 {
	base := path.Base(name)
	for _, b := range bounds {
		if strings.HasSuffix(base, b.suffix) {
			return b.most
		}
	}
	return 1 << 20
}

// read is the content of one of the store's files. Errors name it, and are fs.ErrNotExist where there is none.
func (s *folder) read(name string) ([]byte, error) { return s.source.ReadPrivate(name, bound(name)) }
