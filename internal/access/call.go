package access

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// MaxCall is how long the text of an action may be, in bytes. A longer one is refused: nobody can
// have seen what it does.
const MaxCall = 16 << 10

// Call is a call into the application whose receiver and arguments are bound: it runs with these,
// or not at all. It lasts as long as the evaluation.
type Call struct {
	Name   string // the method, as *shop.Queue.Drop; of a registry.Func the name that it is exposed under
	Action bool   // policy names it as an action

	visit  *Visit
	view   *View // the receiver, nil of a Func
	method string
	args   []any // as they were bound: plain, or Views of what is passed
	text   string
	where  []string // what goes behind the text while it is made
}

// Text is the call as one would type it, on one line. An object that no expression leads to stands
// there as its type and JSON. Behind the call of an action follows what each object is that was
// reached by more than names, since the same path may lead to another one soon:
//
//	queue.Jobs[2].Cancel("late"), where queue.Jobs[2] is *shop.Job{"ID":7,"Name":"lamp"}
//
// A text that may not be shown is as [Overseer.Mask] has it: one that looks like a secret, and any
// text where the method, its receiver's path or a map's key names one. Objects are under the policy
// of their names.
func (c *Call) Text() string {
	if c.text != "" {
		return c.text
	}
	if c.view == nil {
		c.text = c.Name
		return c.text
	}
	mask := c.view.namesSecret(c.method)
	b := c.spell(nil, c.view, mask, 0)
	b = append(append(append(b, '.'), c.method...), '(')
	for i, arg := range c.args {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = c.spell(b, arg, mask, 0)
	}
	b = append(b, ')')
	if len(c.where) > 0 {
		b = append(b, ", where "+strings.Join(c.where, " and ")...)
	}
	c.text, c.where = string(b), nil
	return c.text
}

// spell appends a value as one types it, and notes which object it is where that is left open.
func (c *Call) spell(b []byte, x any, mask bool, depth int) []byte {
	switch {
	case depth > maxArgument:
		return append(b, "…"...)
	case len(b) > MaxCall: // it is too long already
		return append(b, "…"...)
	}
	switch x := x.(type) {
	case nil:
		return append(b, "nil"...)
	case string:
		if mask || secret.In(x) {
			return append(b, c.mask(x)...)
		}
		return append(b, text.Literal(x[:min(len(x), MaxCall)])...) // with its quotes that is too long for an action
	case []byte:
		if mask || secret.In(string(x)) {
			return append(b, c.mask(string(x))...)
		}
		return append(b, text.Literal(string(x[:min(len(x), MaxCall)]))...)
	case uint64:
		return strconv.AppendUint(b, x, 10)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
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
			b = c.spell(b, elem, mask, depth+1)
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
			b = append(c.spell(b, key, false, depth+1), ": "...)
			b = c.spell(b, x[key], mask || secret.ByName(key) != 0, depth+1)
		}
		return append(b, '}')
	case *View:
		text, open := x.spelled()
		if what := text + " is "; open && c.Action && !slices.ContainsFunc(c.where, func(s string) bool { return strings.HasPrefix(s, what) }) {
			c.where = append(c.where, what+x.content())
		}
		return append(b, text...)
	}
	if text, ok := literal(x); ok {
		return append(b, text...)
	}
	return append(b, text.Literal(fmt.Sprint(x))...)
}

func (c *Call) mask(text string) string {
	if c.visit.overseer.Mask == nil {
		return "<redacted>"
	}
	return c.visit.overseer.Mask(text)
}

// namesSecret reports whether the method, or a name on the way to it, is that of a secret.
func (v *View) namesSecret(method string) bool {
	for _, name := range append(strings.Split(v.policy.name, "."), append(v.steps(), method)...) {
		if secret.ByName(name) != 0 {
			return true
		}
	}
	return false
}

// spelled is the path of v. A key that cannot be typed stands there as JSON, and what no path leads
// to, or one that looks like a secret, as type and JSON in parentheses. open reports whether the
// text does not say which object v is: what an index, a key or a call leads to may be another one
// soon.
func (v *View) spelled() (text string, open bool) {
	b, ok := v.appendSpelled(nil)
	if text = string(b); !ok || len(b) > maxPath || secret.In(text) {
		return "(" + v.content() + ")", false
	}
	return text, strings.ContainsAny(text, "[(")
}

// appendSpelled is appendPath with JSON for keys that cannot be typed.
func (v *View) appendSpelled(b []byte) (_ []byte, ok bool) {
	if b, ok := v.appendPath(b); ok {
		return b, true
	}
	if v.up == nil || v.step.kind == stepKeyOf {
		return b, false
	}
	up := v.up
	for v.step.kind != stepElem && v.step.kind != stepWindow && up.step.kind == stepWindow {
		up = up.up
	}
	if b, ok = up.appendSpelled(b); !ok {
		return b, false
	}
	switch s := &v.step; s.kind {
	case stepElem:
		return b, true
	case stepWindow:
		return append(b, fmt.Sprintf("[%d:%d]", v.window.lo, v.window.hi)...), true
	case stepField:
		return append(append(b, '.'), s.name...), true
	case stepIndex:
		return append(strconv.AppendInt(append(b, '['), int64(s.index), 10), ']'), true
	case stepKey:
		return append(append(append(b, '['), text.Literal(s.name)...), ']'), true
	case stepLiteral:
		return append(append(append(b, '['), s.name...), ']'), s.name != ""
	case stepEntry:
		if key, ok := v.typedKey(); ok {
			return append(append(append(b, '['), key...), ']'), true
		}
		return append(append(append(b, '['), s.key.json()...), ']'), true
	}
	return b, false
}

// content is what v is right now: type and JSON, under policy, and cut to what tells it from
// others.
func (v *View) content() string {
	t := v.receiver()
	if v.Shape() == inspect.Pointer {
		t = v.val.Type()
	}
	return inspect.TypeName(t) + v.json()
}

// contentLimits are tried in turn until the JSON is no longer than maxShown.
var contentLimits = []render.Limit{
	{Depth: 4, Items: 32, Bytes: 512, Nodes: 200},
	{Depth: 3, Items: 8, Bytes: 128, Nodes: 50},
	{Depth: 2, Items: 4, Bytes: 32, Nodes: 16},
}

const (
	maxShown    = 2 << 10
	maxArgument = 64 // nesting
)

// json is the JSON of v on one line, of characters that print: no text of the application can pass
// for a part of the call, or turn it around.
func (v *View) json() string {
	var text []byte
	for _, limit := range contentLimits {
		if text = v.Snap(limit).JSON(); len(text) <= maxShown {
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

// refused is the error for a call that was not run, and why.
func (c *Call) refused(format string, args ...any) error {
	err := &MethodError{Method: c.method, Why: "was not run: " + fmt.Errorf(format, args...).Error(), Refused: true}
	if c.view == nil {
		err.Method = c.Name
	} else {
		err.Type = c.view.receiver().String()
	}
	return err
}

// stands reports, as nil, that the names which led to the receiver and the arguments of c are
// exposed as they were when they were looked up.
func (c *Call) stands() error {
	var check func(x any) error
	check = func(x any) error {
		var err error
		switch x := x.(type) {
		case *View:
			name := x.policy.name
			switch e := c.visit.objects.get(name); {
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
