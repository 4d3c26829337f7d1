package watch

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// sample is one answer of a watch, as plain data.
type sample struct {
	at    time.Time
	node  *render.Node
	value *render.Node // the answer for programs
	page  *render.Page // the layout of the answer if it has one of its own; else nil
	notes []string     // remarks on the answer
	err   error        // in place of an answer
}

// leaf is a part of an answer that a watch follows by itself.
type leaf struct {
	path string // from the answer, as .hits or [3]; "" for the answer itself
	node *render.Node
}

// maxLeaves bounds the leaves that a watch follows.
const maxLeaves = 1000

// maxLeafDepth is the depth below the answer where composites become leaves.
const maxLeafDepth = 1

// leaves returns the leaves of s in order: scalars, and composites further down. Of a list or map
// whose elements have parts, or that is empty, the leaf is the length: a queue that runs empty and
// fills again stays one leaf. A sample followed as a whole has no leaves.
func (s *sample) leaves() []leaf {
	if s.err != nil || s.whole() {
		return nil
	}
	var all []leaf
	var walk func(path string, n *render.Node, depth int)
	walk = func(path string, n *render.Node, depth int) {
		switch {
		case len(all) == maxLeaves:
		case path != "" && depth <= maxLeafDepth && isEmpty(n):
			all = append(all, leaf{"len(" + path + ")", lengthOf(n)})
		case !hasParts(n) || depth > maxLeafDepth:
			all = append(all, leaf{path, n})
		case isCollection(n) && (n.Cut != nil || !allFlat(n)):
			all = append(all, leaf{"len(" + path + ")", lengthOf(n)})
		default:
			for i, item := range n.Items {
				walk(below(path, n, i, item), item.Node, depth+1)
			}
		}
	}
	walk("", s.node, 0)
	return all
}

// below returns the path of item, the i-th of n, which is at path.
func below(path string, n *render.Node, i int, item render.Item) string {
	switch {
	case item.Key != nil:
		return path + "[" + item.Key.Line(0) + "]"
	case item.Name != "" && path != "":
		return path + "." + item.Name
	case item.Name != "":
		return item.Name
	case n.Shape == inspect.List:
		return path + "[" + strconv.Itoa(i) + "]"
	}
	return path // what a pointer points to
}

// lengthOf returns the length of n as a node.
func lengthOf(n *render.Node) *render.Node {
	return &render.Node{Shape: inspect.Scalar, Type: "int", Scalar: n.Len, Text: strconv.Itoa(n.Len)}
}

// hasParts reports whether n has items to look into.
func hasParts(n *render.Node) bool {
	return n != nil && len(n.Items) > 0 && !n.Hidden && n.Cycle == ""
}

// isEmpty reports whether n is a list or map that has no elements.
func isEmpty(n *render.Node) bool {
	return n != nil && isCollection(n) && n.Len == 0 && n.Cut == nil && !n.Hidden && n.Cycle == ""
}

func isCollection(n *render.Node) bool { return n.Shape == inspect.List || n.Shape == inspect.Map }

// allFlat reports whether no item of n has parts.
func allFlat(n *render.Node) bool {
	for _, item := range n.Items {
		if hasParts(item.Node) {
			return false
		}
	}
	return true
}

// whole reports whether s is followed by its lines and elements instead of by its leaves.
func (s *sample) whole() bool {
	return s.page != nil || s.node != nil && isCollection(s.node) && hasParts(s.node) && (s.node.Cut != nil || !allFlat(s.node))
}

// lines returns s as it is written, without colors. Times come with their distance from now, unless
// that is zero.
func (s *sample) lines(width int, now time.Time) []string {
	var b bytes.Buffer
	if s.page != nil {
		s.page.WriteText(&b, render.Style{Width: width})
	} else {
		s.node.WriteText(&b, render.Style{Width: width, Now: now})
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// contents returns what to compare each line of s by: the line without the distance of times from
// now, which always changes, and without spaces, as columns may become wider.
func (s *sample) contents(width int) []string {
	shown, lines := s.lines(width, s.at), s.lines(width, time.Time{})
	if len(lines) != len(shown) {
		lines = shown
	}
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return lines
}

// element is an element of a list or an entry of a map, on one line.
type element struct{ key, text string }

// elements returns the elements of a whole sample: the lines of a page, or the items of a node.
func (s *sample) elements() []element {
	var all []element
	if s.page != nil {
		for _, line := range s.lines(-1, s.at) {
			all = append(all, element{text: line})
		}
		return all
	}
	for _, item := range s.node.Items {
		e := element{text: item.Node.Line(0)}
		if item.Key != nil {
			e.key = item.Key.Line(0)
		}
		all = append(all, e)
	}
	return all
}

// changes compares two whole samples. It returns the elements that went (-), came (+) or, in a map,
// changed (~). An element of a list that has moved is the same element.
func (s *sample) changes(before *sample) (all []string) {
	left := map[element]int{}
	keys := map[string]string{}
	for _, e := range before.elements() {
		left[e]++
		keys[e.key] = e.text
	}
	var came []element
	stay := map[string]bool{}
	for _, e := range s.elements() {
		if stay[e.key] = true; left[e] > 0 {
			left[e]--
			continue
		}
		came = append(came, e)
	}
	for _, e := range before.elements() {
		if left[e] > 0 && (e.key == "" || !stay[e.key]) {
			left[e]--
			all = append(all, "- "+e.String())
		}
	}
	for _, e := range came {
		sign := "+ "
		if _, ok := keys[e.key]; ok && e.key != "" {
			sign = "~ "
		}
		all = append(all, sign+e.String())
	}
	return all
}

func (e element) String() string {
	if e.key == "" {
		return e.text
	}
	return e.key + ": " + e.text
}
