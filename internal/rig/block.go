package rig

import (
	"fmt"
	"strings"
	"testing"
)

// Block is a fenced block of a document in Markdown.
type Block struct {
	File string // path in the module
	Line int    // of the opening fence
	Lang string // behind the opening fence
	Text string // between the fences
}

func (b Block) String() string { return fmt.Sprintf("%s:%d", b.File, b.Line) }

// Blocks returns the fenced blocks of a document in order, given its path in the module.
func Blocks(t *testing.T, file string) []Block {
	t.Helper()
	var all []Block
	var open *Block
	for i, l := range strings.Split(Read(t, file), "\n") {
		switch lang, fence := strings.CutPrefix(l, "```"); {
		case fence && open == nil:
			open = &Block{File: file, Line: i + 1, Lang: lang}
		case fence:
			all, open = append(all, *open), nil
		case open != nil:
			open.Text += l + "\n"
		}
	}
	if open != nil {
		t.Fatalf("%v: the block never ends", open)
	}
	return all
}
