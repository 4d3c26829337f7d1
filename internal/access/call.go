package access

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access/internal/literal"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// MaxCall bounds the bytes of the text of an action. An action with a longer text is refused:
// nobody can have seen what it does.
const MaxCall = 16 << 10

// Call is a call into the application whose receiver and arguments are bound: it runs with these or
// not at all. It lasts as long as the Visit.
type Call struct {
	Name   string // the method, as *shop.Queue.Drop, or the exposed name of a registry.Func
	Action bool   // policy names it as an action

	visit  *Visit
	view   *View // the receiver; nil for a Func
	method string
	args   []any    // as bound: plain, or Views of what is passed
	text   string   // of the call; "" until it is asked for
	where  []string // while the text is made: which objects its paths lead to
}

// Text returns the call as one would type it, on one line. An object that no expression reaches
// appears as its type and JSON. The text of an action goes on with what each object is that its
// paths reach by more than names, since the same path may soon lead to another object:
//
//	queue.Jobs[2].Cancel("late"), where queue.Jobs[2] is *shop.Job{"ID":7,"Name":"lamp"}
//
// [Overseer.Mask] replaces a string that looks like a secret, and every string if the method, the
// receiver's path or a map's key names one. Objects are under their own policy.
func (c *Call) Text() string {
	if c.text != "" {
		return c.text
	}
	if c.view == nil {
		c.text = c.Name
		return c.text
	}
	mask := c.mentionsSecret()
	b := c.appendArg(nil, c.view, mask, 0)
	b = append(append(append(b, '.'), c.method...), '(')
	for i, arg := range c.args {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = c.appendArg(b, arg, mask, 0)
	}
	b = append(b, ')')
	if len(c.where) > 0 {
		b = append(b, ", where "+strings.Join(c.where, " and ")...)
	}
	c.text, c.where = string(b), nil
	return c.text
}

// appendArg appends x as one types it, and notes which object it is if its path leaves that open.
// mask says that every string is masked.
func (c *Call) appendArg(b []byte, x any, mask bool, depth int) []byte {
	switch {
	case depth > maxArgument:
		return append(b, "…"...)
	case len(b) > MaxCall: // too long already
		return append(b, "…"...)
	}
	switch x := x.(type) {
	case nil:
		return append(b, "nil"...)
	case string:
		if mask || secret.In(x) {
			return append(b, c.mask(x)...)
		}
		return append(b, text.Literal(x[:min(len(x), MaxCall)])...) // with its quotes too long for an action
	case []byte:
		if mask || secret.In(string(x)) {
			return append(b, c.mask(string(x))...)
		}
		return append(b, text.Literal(string(x[:min(len(x), MaxCall)]))...)
	case uint64:
		return strconv.AppendUint(b, x, 10)
	case float32, float64:
		if _, ok := literal.Of(x); !ok {
			return append(b, fmt.Sprint(x)...)
		}
	case time.Time:
		return append(b, "date("+strconv.Quote(x.Format(time.RFC3339Nano))+")"...)
	case *time.Location:
		return append(b, "timezone("+strconv.Quote(x.String())+")"...)
	case []any:
		b = append(b, '[')
		for i, elem := range x {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = c.appendArg(b, elem, mask, depth+1)
		}
		return append(b, ']')
	case map[string]any:
		keys := make([]string, 0, len(x))
		for key := range x {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		b = append(b, '{')
		for i, key := range keys {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = append(c.appendArg(b, key, false, depth+1), ": "...)
			b = c.appendArg(b, x[key], mask || secret.ByName(key) != 0, depth+1)
		}
		return append(b, '}')
	case *View:
		path, open := callPath(x)
		if what := path + " is "; open && c.Action && !slices.ContainsFunc(c.where, func(s string) bool { return strings.HasPrefix(s, what) }) {
			c.where = append(c.where, what+identify(x))
		}
		return append(b, path...)
	}
	if lit, ok := literal.Of(x); ok {
		return append(b, lit...)
	}
	return append(b, text.Literal(fmt.Sprint(x))...)
}

// mask returns what replaces text.
func (c *Call) mask(text string) string {
	if c.visit.overseer.Mask == nil {
		return "<redacted>"
	}
	return c.visit.overseer.Mask(text)
}

// mentionsSecret reports whether the method, or a name on the way to the receiver, is that of a
// secret.
func (c *Call) mentionsSecret() bool {
	names := append(strings.Split(c.view.policy.name, "."), c.view.names()...)
	return slices.ContainsFunc(append(names, c.method), func(name string) bool { return secret.ByName(name) != 0 })
}

// callPath returns the path of v, with JSON for keys that cannot be typed, or its type and JSON in
// parentheses if there is no path, or one that looks like a secret. open reports whether the text
// leaves open which object v is: an index, a key or a call may lead to another one soon.
func callPath(v *View) (path string, open bool) {
	b, ok := v.appendPath(nil, func(entry *View) (string, bool) {
		if key, ok := entry.entryKey(); ok {
			return key, true
		}
		return lineOfJSON(entry.key), true
	})
	if path = string(b); !ok || len(b) > maxPath || secret.In(path) {
		return "(" + identify(v) + ")", false
	}
	return path, strings.ContainsAny(path, "[(")
}

// identify returns what v is right now: type and JSON, under policy, cut to what tells it from
// others.
func identify(v *View) string {
	t := v.receiver()
	if v.Shape() == inspect.Pointer {
		t = v.val.Type()
	}
	return inspect.TypeName(t) + lineOfJSON(v)
}

// identityLimits are tried in turn until the JSON takes no more than maxIdentity bytes.
var identityLimits = []render.Limit{
	{Depth: 4, Items: 32, Bytes: 512, Nodes: 200},
	{Depth: 3, Items: 8, Bytes: 128, Nodes: 50},
	{Depth: 2, Items: 4, Bytes: 32, Nodes: 16},
}

const (
	maxIdentity = 2 << 10
	maxArgument = 64 // levels of lists and maps
)

// lineOfJSON returns the JSON of v on one line of printable characters: no text of the application
// can pass for a part of the call, or reverse its direction.
func lineOfJSON(v *View) string {
	var text []byte
	for _, limit := range identityLimits {
		if text = v.Snap(limit).JSON(); len(text) <= maxIdentity {
			break
		}
	}
	var b strings.Builder
	for _, r := range string(text) {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
	}
	return b.String()
}

// refused returns the error for a call that was not run, and why.
func (c *Call) refused(format string, args ...any) error {
	err := &MethodError{Method: c.method, Why: "was not run: " + fmt.Errorf(format, args...).Error(), Refused: true}
	if c.view == nil {
		err.Method = c.Name
	} else {
		err.Type = c.view.receiver().String()
	}
	return err
}

// checkExposed returns an error unless the names that led to the receiver and the arguments are
// exposed as they were when they were looked up.
func (c *Call) checkExposed() error {
	var check func(x any) error
	check = func(x any) error {
		var err error
		switch x := x.(type) {
		case *View:
			name := x.policy.name
			switch e := c.visit.entry(name); {
			case c.visit.meter.failed != nil:
				return c.visit.meter.failed
			case e == nil:
				return c.refused("%s was withdrawn meanwhile", name)
			case e.policy.results != x.policy.results:
				return c.refused("%s was exposed anew meanwhile; ask again", name)
			}
		case []any:
			for _, elem := range x {
				err = cmp.Or(err, check(elem))
			}
		case map[string]any:
			for _, elem := range x {
				err = cmp.Or(err, check(elem))
			}
		}
		return err
	}
	return cmp.Or(check(c.view), check(c.args))
}
