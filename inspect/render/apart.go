package render

import (
	"encoding/hex"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// apart returns the times in n that stand beside another whose distance from now is written alike:
// in one list, or in one field of its elements. They are written out, so that what can be told apart
// is. It returns nil if there are none.
func apart(n *Node, now time.Time) (exact map[*Node]bool) {
	if now.IsZero() {
		return nil
	}
	var walk func(n *Node, depth int)
	walk = func(n *Node, depth int) {
		if n == nil || depth > maxWritten {
			return
		}
		if n.Shape == inspect.List || n.Shape == inspect.Map {
			groups := map[string][]*Node{}
			for _, item := range n.Items {
				gatherTimes(item.Node, nil, groups, 0)
			}
			for _, times := range groups {
				if alike(times, now) {
					for _, t := range times {
						if exact == nil {
							exact = map[*Node]bool{}
						}
						exact[t] = true
					}
				}
			}
		}
		for _, item := range n.Items {
			walk(item.Node, depth+1)
		}
	}
	walk(n, 0)
	return exact
}

// maxGathered is how deep in the elements of a list the times of a field are gathered.
const maxGathered = 4

// A trail is the fields that lead from an element to what lies in it. nil is the element's.
type trail struct {
	up   *trail
	name string
}

func (t *trail) appendTo(b []byte) []byte {
	if t == nil {
		return b
	}
	return append(append(t.up.appendTo(b), '.'), t.name...)
}

// gatherTimes adds the times in n to groups, by the fields that lead to them.
func gatherTimes(n *Node, at *trail, groups map[string][]*Node, depth int) {
	if n == nil || depth > maxGathered {
		return
	}
	if _, ok := n.Scalar.(time.Time); ok {
		field := string(at.appendTo(nil))
		groups[field] = append(groups[field], n)
	}
	if n.Shape != inspect.List && (n.Shape != inspect.Map || n.Type == "") {
		for _, item := range n.Items {
			name := item.Name
			if item.Key != nil {
				name = item.Key.Text
			}
			gatherTimes(item.Node, &trail{at, name}, groups, depth+1)
		}
	}
}

// alike reports whether two of the times differ, and are as far from now in words.
func alike(times []*Node, now time.Time) bool {
	first := map[string]time.Time{}
	for _, n := range times {
		t := n.Scalar.(time.Time)
		if t.IsZero() {
			continue
		}
		words := distance(t, now)
		if other, ok := first[words]; ok && !other.Equal(t) {
			return true
		}
		first[words] = t
	}
	return false
}

// typedKey writes a scalar that is a map's key, or a part of one, as one types it, where that is not
// how it is written elsewhere. In a map whose keys are interfaces, a key that is not of the type of
// its literal has its type before it: an int32(7) is another key than a 7.
func (n *Node) typedKey(a context) (s string, role Role, ok bool) {
	if n.Cut != nil {
		return "", 0, false
	}
	foreign := a.asKey && n.Type != a.elem // in an interface
	switch x := n.Scalar.(type) {
	case string:
		s, role = text.Quote(x), stringRole
		if literal := text.Literal(x); strings.HasPrefix(literal, "b") {
			s, ok = literal, true
		}
	case []byte:
		if foreign {
			return "", 0, false
		}
		if isText(x) {
			return "b" + text.Quote(string(x)), stringRole, true
		}
		return `"` + hex.EncodeToString(x) + `"`, stringRole, true
	case time.Time:
		if x.IsZero() {
			return "", 0, false
		}
		return `date("` + text.Escape(n.Text) + `")`, NumberRole, true
	case float64:
		s, role = text.Escape(n.Text), NumberRole
		if foreign && n.Type == "float64" && strings.Trim(s, "-0123456789") == "" {
			return s + ".0", role, true
		}
	default:
		s, role = text.Escape(n.Text), NumberRole
	}
	switch n.Type {
	case "", "string", "int", "bool", "float64", "time.Duration":
	default:
		if foreign {
			return text.Escape(n.Type) + "(" + s + ")", role, true
		}
	}
	return s, role, ok
}
