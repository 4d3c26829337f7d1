package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// toJSON is toJSON(x): indented as expr-lang does it, of live objects too. Structs are objects of
// their fields; what is redacted is the string "<redacted>"; NaN and the infinities, which JSON
// does not have, are strings; keys that are no strings are written as text, and sorted as they are shown.
func toJSON(f *frame, args []any) (any, error) {
	if err := refuse(args[0]); err != nil {
		return nil, err
	}
	var out builder
	w := jsonWriter{f: f, out: &out}
	if err := w.value(args[0], 0); err != nil {
		return nil, err
	}
	return out.String(), nil
}

type jsonWriter struct {
	f   *frame
	out *builder
}

func (w *jsonWriter) write(s string) error { return w.out.add(w.f, s) }

func (w *jsonWriter) value(x any, depth int) error {
	if depth > maxDepth {
		return fault.New("budget", "the value is nested too deeply for JSON").With("take a part of it")
	}
	x, err := w.f.load(x)
	if err != nil {
		return err
	}
	switch x := x.(type) {
	case *access.Redacted:
		return w.write(`"<redacted>"`)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return w.write(strconv.Quote(fmt.Sprint(x)))
		}
	case *time.Location:
		return w.scalar(x.String())
	case *snapshot:
		if !isList(x) && !isMap(x) {
			return w.object(x, depth)
		}
	}
	switch null, err := isNil(x); {
	case err != nil:
		return err
	case null:
		return w.write("null")
	}
	if s, ok, err := w.f.textOf(x); ok || err != nil {
		if err != nil {
			return err
		}
		return w.scalar(s)
	}
	switch {
	case isList(x):
		return w.list(x, depth)
	case isMap(x):
		return w.mapping(x, depth)
	case isStruct(x):
		shown, _, err := resolve(x.(*access.View))
		if err != nil {
			return err
		}
		return w.object(shown, depth)
	}
	if v, ok := x.(*access.View); ok {
		text, err := v.Describe()
		if err != nil {
			return err
		}
		return w.scalar(text)
	}
	if _, ok := x.(complex128); ok {
		return w.scalar(fmt.Sprint(x))
	}
	return w.scalar(x)
}

// text writes a string.
func (w *jsonWriter) text(s string) error {
	if err := w.write(`"`); err != nil {
		return err
	}
	err := chunks(s, func(part string) error {
		if err := w.f.m.tick(len(part)); err != nil {
			return err
		}
		b, err := json.Marshal(part)
		if err != nil {
			return err
		}
		return w.write(string(b[1 : len(b)-1]))
	})
	if err != nil {
		return err
	}
	return w.write(`"`)
}

// scalar writes what encoding/json can write.
func (w *jsonWriter) scalar(x any) error {
	if s, ok := x.(string); ok {
		return w.text(s)
	}
	b, err := json.Marshal(x)
	if err != nil {
		return fault.New("type", "%s has no JSON", kind(x)).Because(err)
	}
	return w.write(string(b))
}

func (w *jsonWriter) list(x any, depth int) error {
	n := 0
	err := w.f.each(x, true, func(_ int, _, elem any) (bool, error) {
		if err := w.between('[', n, depth); err != nil {
			return false, err
		}
		n++
		return true, w.value(elem, depth+1)
	})
	if err != nil {
		return err
	}
	return w.end('[', ']', n, depth)
}

// mapping writes a map in the order of its keys. The walk of a live one has another: there each entry is written
// for itself first.
func (w *jsonWriter) mapping(x any, depth int) error {
	type entry struct {
		key  *render.Node
		text string
	}
	var entries []any
	before := w.f.m.kept
	err := w.f.each(x, true, func(_ int, key, elem any) (bool, error) {
		key, err := w.f.load(key)
		if err != nil {
			return false, err
		}
		e := entry{key: w.f.picture(key, w.f.m.limits.Show, "")}
		alone := jsonWriter{f: w.f, out: &builder{}}
		if err := alone.key(key); err != nil {
			return false, err
		}
		if err := alone.value(elem, depth+1); err != nil {
			return false, err
		}
		e.text = alone.out.String()
		entries = append(entries, e)
		return true, w.f.m.Keep(nodeSize + 2*wordsKept)
	})
	if err != nil {
		return err
	}
	entries, err = w.f.sorted(entries, entries, func(a, b any) (int, error) { return a.(entry).key.Compare(b.(entry).key), nil })
	if err != nil {
		return err
	}
	apart := w.f.m.kept - before
	for i, e := range entries {
		if err := w.between('{', i, depth); err != nil {
			return err
		}
		if err := w.write(e.(entry).text); err != nil {
			return err
		}
	}
	w.f.m.release(w.f.m.kept - apart)
	return w.end('{', '}', len(entries), depth)
}

// object writes a struct, or a snapshot of one.
func (w *jsonWriter) object(x any, depth int) error {
	names, err := fieldNames(x)
	if err != nil {
		return err
	}
	for i, name := range names {
		if err := w.between('{', i, depth); err != nil {
			return err
		}
		if err := w.key(name); err != nil {
			return err
		}
		field, err := w.f.member(x, name)
		if err != nil {
			return err
		}
		if err := w.value(field, depth+1); err != nil {
			return err
		}
	}
	return w.end('{', '}', len(names), depth)
}

func fieldNames(x any) ([]string, error) {
	var names []string
	if s, ok := x.(*snapshot); ok {
		for _, it := range s.node.Items {
			names = append(names, it.Name)
		}
		return names, nil
	}
	members, err := x.(*access.View).Members()
	for _, m := range members {
		if !m.Method {
			names = append(names, m.Name)
		}
	}
	return names, err
}

// between starts element n of a list or object.
func (w *jsonWriter) between(open byte, n, depth int) error {
	start := ","
	if n == 0 {
		start = string(open)
	}
	return w.write(start + "\n" + strings.Repeat("  ", depth+1))
}

func (w *jsonWriter) end(open, end byte, n, depth int) error {
	if n == 0 {
		return w.write(string(open) + string(end))
	}
	return w.write("\n" + strings.Repeat("  ", depth) + string(end))
}

// key writes a key that is loaded.
func (w *jsonWriter) key(key any) error {
	text := ""
	switch key := key.(type) {
	case string:
		text = key
	case *access.Redacted:
		text = "<redacted>"
	case *access.View:
		if err := unfit(key); err != nil {
			return err
		}
		text = key.Snap(w.f.m.limits.Show).Line(1024)
	default:
		text = fmt.Sprint(key)
	}
	if err := w.scalar(text); err != nil {
		return err
	}
	return w.write(": ")
}

// fromJSON is fromJSON(s). Integers stay integers where they fit in 64 bits, and are not rounded to floats.
func fromJSON(f *frame, args []any) (any, error) {
	s, err := f.stringArgument("fromJSON", 1, args[0])
	if err != nil {
		return nil, err
	}
	text := &meteredText{f: f, s: s}
	d := json.NewDecoder(text)
	d.UseNumber()
	r := jsonReader{f: f, d: d, text: text}
	x, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fault.New("arguments", "fromJSON: there is more after the value")
	}
	return x, nil
}

// meteredText reads a text in chunks, and ends it early when the evaluation has to end.
type meteredText struct {
	f     *frame
	s     string
	token int // bytes that were read for the token that is being read
}

// maxToken is how long a token may be in bytes, what stands before it included: it is converted in one go.
const maxToken = 1 << 20

func (r *meteredText) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), textChunk)], r.s)
	if n == 0 {
		return 0, io.EOF
	}
	if r.token += n; r.token > maxToken {
		return 0, fault.New("range", "a text in it is longer than %s", text.Bytes(maxToken)).With("take it apart with split(…) or indexOf(…)")
	}
	r.s = r.s[n:]
	return n, r.f.m.tick(n)
}

// jsonReader reads token by token, as json.Unmarshal cannot be stopped.
type jsonReader struct {
	f    *frame
	d    *json.Decoder
	text *meteredText
}

func (r *jsonReader) token() (json.Token, error) {
	if err := r.f.m.tick(1); err != nil {
		return nil, err
	}
	r.text.token = 0
	t, err := r.d.Token()
	if err != nil {
		if e := new(Error); errors.As(err, &e) {
			return nil, e // of the meter, or of the length
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fault.New("arguments", "fromJSON: %v", err).Because(err)
	}
	return t, nil
}

func (r *jsonReader) value(depth int) (any, error) {
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		return jsonNumber(t)
	case json.Delim:
		if depth > maxDepth {
			return nil, fault.New("budget", "the JSON is nested too deeply")
		}
		if t == '[' {
			return r.list(depth)
		}
		return r.object(depth)
	}
	return t, nil
}

func (r *jsonReader) list(depth int) (any, error) {
	xs := []any{}
	for r.d.More() {
		x, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if x, err = r.f.hold(x); err != nil {
			return nil, err
		}
		xs = append(xs, x)
	}
	_, err := r.token() // ]
	return xs, err
}

func (r *jsonReader) object(depth int) (any, error) {
	m := map[string]any{}
	for r.d.More() {
		key, err := r.token()
		if err != nil {
			return nil, err
		}
		x, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		name := key.(string) // the decoder has seen to it
		if err := r.f.hashed(name); err != nil {
			return nil, err
		}
		if err := r.f.m.Keep(2*wordsKept + len(name)); err != nil {
			return nil, err
		}
		if m[name], err = r.f.hold(x); err != nil {
			return nil, err
		}
	}
	_, err := r.token() // }
	return m, err
}

func jsonNumber(n json.Number) (any, error) {
	if len(n) > maxDigits {
		return nil, fault.New("range", "fromJSON: a number of %s is too long", text.Bytes(len(n)))
	}
	if i, err := strconv.Atoi(string(n)); err == nil {
		return i, nil
	}
	if u, err := strconv.ParseUint(string(n), 10, 64); err == nil {
		return u, nil
	}
	f, err := n.Float64()
	if err != nil {
		return nil, fault.New("overflow", "fromJSON: %s does not fit in a float", text.Cut(string(n), 40)).Because(err)
	}
	return f, nil
}
