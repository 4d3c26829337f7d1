package watch

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// sample is one answer of a watch: plain data that is kept until the next one has come.
type sample struct {
	at   time.Time
	node *render.Node
	page *render.Page // the layout that the answer brings along, nil for none
	err  error        // in place of an answer

	notes []string // what one has to know about it
}

// leaf is a part of an answer that is followed by itself.
type leaf struct {
	place string // below the answer, as an expression would go on; "" for the answer itself
	node  *render.Node
}

// maxLeaves bounds what a watch follows.
const maxLeaves = 1000

// maxLeafDepth is down to where the parts of an answer are followed by themselves.
const maxLeafDepth = 1

// leaves are the parts of s in their order: scalars and what is shown like one. Lists and maps of
// things that have parts themselves come and go by whole elements: of those it is the length. Of a
// sample that is followed as a whole there are none.
func (s *sample) leaves() []leaf {
	if s.err != nil || s.whole() {
		return nil
	}
	var all []leaf
	var walk func(place string, n *render.Node, depth int)
	walk = func(place string, n *render.Node, depth int) {
		switch {
		case len(all) == maxLeaves:
		case !hasParts(n) || depth > maxLeafDepth:
			all = append(all, leaf{place, n})
		case isCollection(n) && (n.Cut != nil || !allFlat(n)):
			all = append(all, leaf{"len(" + place + ")", lengthOf(n)})
		default:
			for i, item := range n.Items {
				walk(below(place, n, i, item), item.Node, depth+1)
			}
		}
	}
	walk("", s.node, 0)
	return all
}

func below(place string, n *render.Node, i int, item render.Item) string {
	switch {
	case item.Key != nil:
		return place + "[" + item.Key.Line(0) + "]"
	case item.Name != "" && place != "":
		return place + "." + item.Name
	case item.Name != "":
		return item.Name
	case n.Shape == inspect.List:
		return place + "[" + strconv.Itoa(i) + "]"
	}
	return place // what a pointer points at
}

func lengthOf(n *render.Node) *render.Node {
	return &render.Node{Shape: inspect.Scalar, Type: "int", Scalar: n.Len, Text: strconv.Itoa(n.Len)}
}

func hasParts(n *render.Node) bool {
	return n != nil && len(n.Items) > 0 && !n.Hidden && n.Cycle == ""
}

func isCollection(n *render.Node) bool { return n.Shape == inspect.List || n.Shape == inspect.Map }

func allFlat(n *render.Node) bool {
	for _, item := range n.Items {
		if hasParts(item.Node) {
			return false
		}
	}
	return true
}

// whole reports whether s is followed as it is written, and not by its leaves.
func (s *sample) whole() bool {
	return s.page != nil || s.node != nil && isCollection(s.node) && hasParts(s.node) && (s.node.Cut != nil || !allFlat(s.node))
}

// lines are s as it is written, without colours. now is what times are given their distance from,
// if it is not zero.
func (s *sample) lines(width int, now time.Time) []string {
	var b bytes.Buffer
	if s.page != nil {
		s.page.WriteText(&b, render.Style{Width: width})
	} else {
		s.node.WriteText(&b, render.Style{Width: width, Now: now})
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// contents is what each line of s is compared by: with the times themselves, as their distance from
// now changes always, and without the spaces, as a column may become wider.
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

// element is one element of a list or entry of a map, on one line.
type element struct{ key, text string }

// elements are those of a whole sample.
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

// changes compares two whole samples by their elements: those that came, went, and in a map
// became different. An element of a list that is at another place is the same one.
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
