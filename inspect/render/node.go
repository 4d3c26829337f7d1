package render

import "github.com/sightglass-go/sightglass/inspect"

// Limit bounds a snapshot. The zero value of a field means the default beside it;
// a negative number means none at all.
type Limit struct {
	Depth int // pointer and container hops; default 4, at most 100
	Items int // elements shown per list or map; default 64
	Bytes int // bytes shown per string; default 1024
	Nodes int // nodes in all; default 10_000
	// Taper shows less of what lies deeper, so that a struct with large maps in it
	// fits a screen: of Items one hop down 8, then 4, then 1; each hop divides Bytes
	// by four, down to 128; and text gives what does not fit a line two hops down, or
	// in a list, one line all the same, and the expression for all of it.
	Taper bool
}

// Node is one node of a snapshot: plain data, detached from the application. A
// snapshot is a tree and is not changed once it is made, so it may be read by
// several goroutines. A nil *Node is written as nil.
type Node struct {
	// Shape is what the node is written as. A pointer to a struct is one node of
	// the shape Struct, and an interface is its content. Pointers to other things
	// have the shape Pointer and one item. Whatever is nil has the shape Nil.
	Shape inspect.Shape
	// Type is the type as in Go source, "" where it tells nothing (lists, maps and
	// literals of an expression).
	Type string
	// Text is how Go would write a scalar, strings without their quotes; it is the
	// description of funcs, chans and opaque values.
	Text string
	// Scalar is the content of a scalar: a bool, int, int64, uint64, float64,
	// complex128, string, time.Time, time.Duration, or a []byte for lists of bytes.
	// Where a string is cut, it is the part that is shown.
	Scalar any
	// Items are the fields of a struct in their order, the elements of a list, the
	// entries of a map sorted by key.
	Items []Item
	Len   int     // full length of strings, lists, maps, chans
	Cap   int     // of chans
	Addr  uintptr // where it lies; 0 for copies
	// Path is the expression that shows all of the node, where text may show it in
	// part: a snapshot with Limit.Taper has it. It is "" where nothing may be left out.
	Path string
	Cut  *Cut // what was left out, nil for nothing
	Mark inspect.Mark
	// Hidden says that policy forbids to show the content, which was not read.
	Hidden bool
	// Cycle is the path of the value around this one that a pointer leads back to,
	// "" for no cycle.
	Cycle string
	// Same is the path of another place in the snapshot with a pointer to the same
	// struct, which is shown there; "" for none. The content is here too: text leaves it
	// out. Of the entries of a map any may be the one that shows it.
	Same string
	// Err says why the node, or what is missing of it, could not be read.
	Err string
}

// Item is one child: a field (Name), an entry of a map (Key) or an element
// (neither).
type Item struct {
	Name string
	Key  *Node
	Node *Node
}

// Cut says how much was left out and where to find it.
type Cut struct {
	More int    // elements, fields or bytes; 0 for a composite left out whole, being too deep
	Path string // the expression that shows it, "" if there is none
}
