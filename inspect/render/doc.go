// Package render takes bounded snapshots of live values and writes them: as text for people, on one
// line, or as JSON.
//
//	node := render.Snap(render.Raw(v, "cache"), render.Limit{})
//	node.WriteText(os.Stdout, render.Style{}) // or node.JSON(), node.Line(80)
//
// # Snapshots
//
// A [Node] is a bounded copy of an [inspect.Value] and what it leads to: plain data that refers to
// nothing of the application's. [Snap] takes it through a [Source], a Value seen under somebody's
// policy, so a snapshot holds only what that policy shows. [FromPlain] takes it of computed
// results. A Node says what was cut and which expression shows the rest, what leads back to itself,
// what could not be read and why.
//
// # Writing
//
// All three forms show the same. A [Page] is an answer with a layout of its own, such as a
// directory: lines of text and columns, written under the same rules. Application text is escaped,
// so that no terminal obeys it.
package render
