package render

import "github.com/sightglass-go/sightglass/inspect"

// Limit bounds a snapshot. A field of zero means the default beside it; a negative one means none
// at all.
type Limit struct {
	Depth int // pointer and container hops; default 4, at most 100
	Items int // elements shown per list or map; default 64
	Bytes int // bytes shown per string; default 1024
	Nodes int // nodes in all; default 10_000
	Text  int // bytes of strings in all; by default as many as the other limits leave
	// Taper shows less of what lies deeper, so that a struct with large maps fits a screen. One hop
	// down it shows Below Items, then a half and an eighth of that; each hop divides Bytes by four,
	// down to 128. Text two hops down, or in a list, that does not fit a line is cut to one line
	// with the expression for all of it.
	Taper bool
	Below int // default 8
	// Line is how many columns a line of text has, if the snapshot with Taper is for text with a
	// Height, where each of several elements has one line: no more of an element is read than fits
	// there. 0 reads as much as the other limits allow.
	Line int
	// Room is how many columns of such a line are left for the value itself, if it is such an element
	// or a part of one: Line for one that has a line to itself. 0 means that it is none.
	Room int
	// Once leaves out the content of a struct that another pointer showed before: its Node has Same
	// and no Items. Text leaves it out in any case, so that nothing is read for it.
	Once bool
}

// Node is one node of a snapshot: plain data, detached from the application. A snapshot is a tree
// and does not change once it is made, so several goroutines may read it. A nil *Node is written as
// nil.
type Node struct {
	// Shape says how the node is written. A pointer to a struct is one node of the shape Struct,
	// and an interface is its content. A pointer to anything else has the shape Pointer and one
	// item. Whatever is nil has the shape Nil.
	Shape inspect.Shape
	// Type is the type as in Go source, "" if it tells nothing, as for lists, maps and literals of
	// an expression.
	Type string
	// Text is a scalar as Go would write it, a string without its quotes. It is the description of
	// funcs, chans and opaque values.
	Text string
	// Scalar is the content of a scalar: a bool, int, int64, uint64, float32, float64, complex64,
	// complex128, string, time.Time, time.Duration, or a []byte for a list of bytes. Of a string that is cut it is the
	// part that is shown.
	Scalar any
	// Items are the fields of a struct in their order, the elements of a list, or the entries of a
	// map sorted by key.
	Items []Item
	Len   int     // full length of strings, lists, maps, chans
	Cap   int     // of chans
	Addr  uintptr // where it lies; 0 for copies
	// Path is the expression that shows all of the node, if text may show only part of it, as of a
	// snapshot with Limit.Taper; else "".
	Path string
	Cut  *Cut // what was left out, nil if nothing was
	Mark inspect.Mark
	// Hidden says that policy forbids showing the content. It was not read.
	Hidden bool
	// Cycle is the path of the enclosing value that a pointer leads back to, "" if there is no
	// cycle.
	Cycle string
	// Same is the path of another pointer in the snapshot to the same struct, which is shown there;
	// "" if there is none. The content is here too, unless Limit.Once left it out, but text leaves
	// it out. Any one of a map's entries may be the one that shows it.
	Same string
	// Err says why the node, or the missing part of it, could not be read.
	Err string
	// Gloss is what people are told besides: of a number what it means, as 5s for a Duration over
	// an int64; of well-known plumbing, such as a logger or a connection, what it is in a few words,
	// which stand for its parts where it is a part itself. JSON leaves it out.
	Gloss string

	// Constants are the names of the type of an integer that policy shows, nil if it has none. Text
	// shows the name beside the number, unless Gloss says more; so does JSON.
	Constants *inspect.Constants

	glossMark inspect.Mark // of what the Gloss of plumbing was read from

	plumbing bool // of a well-known type, whose parts are not unfolded within another value
	boxed    bool // an interface holds it, which is not nil whatever this is
}

// Constant returns the name of an integer that is shown with it, "" for none.
func (n *Node) Constant() string {
	if n.Constants == nil || n.Gloss != "" {
		return ""
	}
	return n.Constants.Name(n.Scalar)
}

// Item is one child: a field (Name), an entry of a map (Key) or an element (neither).
type Item struct {
	Name string
	Key  *Node
	Node *Node
}

// Cut says how much was left out, and where to find it.
type Cut struct {
	More int    // elements, fields or bytes; 0 if a composite was left out whole, being too deep
	Path string // the expression that shows it, "" if there is none
}
