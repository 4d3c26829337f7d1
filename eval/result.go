package eval

import (
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
)

// Result is an answer: plain data that holds nothing of the application.
type Result struct {
	Node  *render.Node // what to show
	Type  string       // the Go type of the answer, as type(x) tells it; of json(x) that of x
	Page  *render.Page // how to show it to people where it has a layout of its own, as dir() has; else nil
	All   bool         // the line asked for all of it, as cache! does: nothing is to be folded
	Name  string       // the variable that it was assigned to, "" if none
	Cost  Cost
	Notes []string // what to know about the answer, a line each, in no particular order
	// Standing has those of Notes that hold for each answer about the same object: once a session
	// tells a person enough.
	Standing []string
	// Ways says how collections were walked, if the Query asked for that: a line for each call of a
	// function that walks one, in the order in which they began.
	Ways []Way
	// Codes has the codes of the notes that have one, RacyNote and so on, each once.
	Codes []string

	json *render.Node // what the answer is the JSON of; nil if it is not that of json(x)
}

// Value is the answer as programs get it: Node, and of json(x) the snapshot of x, since its text
// would be JSON within JSON.
func (r Result) Value() *render.Node {
	if r.json != nil {
		return r.json
	}
	return r.Node
}

// Way is how a function walked its collection, or all of them, where it was called for many.
type Way struct {
	Function  string
	Line, Col int      // of the call, from 1
	Batched   int      // elements that were evaluated many at a time
	Single    int      // elements that were evaluated one by one
	Why       []string // why one by one, each reason once
	// Once has, as they are written, the parts that do not depend on the element and were read once
	// for all that were evaluated many at a time.
	Once []string
}

// Cost is what an evaluation took.
type Cost struct {
	Time    time.Duration
	Entries int           // entries and hops that were read, as Limits.Entries counts them
	Walked  int           // elements of lists and entries of maps that were looked at, as people count
	Bytes   int           // kept at once, at most
	Waited  time.Duration // for guards
	Gave    time.Duration // to the application, while others waited for a processor
	Queued  time.Duration // in Query.Long; Time is without it
	Retries int           // reads repeated because the data changed
	Torn    int           // reads of data that kept changing
}
