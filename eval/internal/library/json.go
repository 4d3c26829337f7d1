package library

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// toJSON is toJSON(x): all of x, indented as expr-lang does it. A struct is an object of its
// fields, a []byte is base64, and a [n]byte a list of numbers, as encoding/json has them. What is
// redacted is the string "<redacted>". NaN and the infinities, which JSON lacks, are strings, and so
// are all keys. Entries are in the order in which they are shown. Keys of one map that have the same
// text end in "…2", "…3".
func toJSON(f *machine.Frame, args []value.Value) (value.Value, error) {
	if err := value.Refuse(args[0]); err != nil {
		return nil, err
	}
	var out meter.Builder
	w := jsonWriter{f: f, out: &out}
	if err := w.value(args[0], 0); err != nil {
		return nil, err
	}
	return value.String(out.String()), nil
}

// jsonWriter writes values as JSON.
type jsonWriter struct {
	f   *machine.Frame
	out *meter.Builder
}

func (w *jsonWriter) write(s string) error { return w.out.Add(w.f.Meter, s) }

func (w *jsonWriter) value(x value.Value, depth int) error {
	if depth > value.MaxDepth {
		return fault.New("budget", "the value is nested too deeply for JSON").With("take a part of it")
	}
	x, err := value.Load(x)
	if err != nil {
		return err
	}
	if _, hidden := x.(value.Redacted); hidden {
		return w.write(`"<redacted>"`)
	}
	switch null, err := value.IsNil(x); {
	case err != nil:
		return err
	case null:
		return w.write("null")
	}
	list := value.ByteList(x)
	if list == nil || list.Kind() == reflect.Slice {
		s, ok, err := value.TextOf(&w.f.Thread, x)
		switch {
		case err != nil:
			return err
		case ok && list == reflect.TypeFor[json.RawMessage]():
			return w.raw(s, depth)
		case ok && list != nil:
			return w.base64(s)
		case ok:
			return w.text(s)
		}
	}
	switch shape := value.ShapeOf(x); {
	case shape == inspect.List:
		return w.list(x, depth)
	case shape == inspect.Map:
		return w.mapping(x, depth)
	}
	switch v := x.(type) {
	case value.Live:
		target, shape, err := v.Resolve()
		if err != nil {
			return err
		}
		if shape == inspect.Struct {
			return w.object(value.Live{View: target}, depth)
		}
		text, err := v.View.Describe()
		if err != nil {
			return err
		}
		return w.text(text)
	case value.HasFields:
		return w.object(x, depth)
	}
	return w.scalar(x)
}

// text writes a string.
func (w *jsonWriter) text(s string) error {
	if err := w.write(`"`); err != nil {
		return err
	}
	err := meter.Chunks(s, func(part string) error {
		if err := w.f.Tick(len(part)); err != nil {
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

// raw writes what is JSON already, and anything else as a string.
func (w *jsonWriter) raw(s string, depth int) error {
	x, err := parsed(w.f, s)
	if err != nil {
		if fault.From(err).Code != "arguments" {
			return err
		}
		return w.text(s)
	}
	return w.value(x, depth)
}

// base64 writes bytes.
func (w *jsonWriter) base64(s string) error {
	if err := w.write(`"`); err != nil {
		return err
	}
	for len(s) > 0 {
		part := s[:min(len(s), 3<<10)] // whole groups of three
		s = s[len(part):]
		if err := w.f.Tick(len(part)); err != nil {
			return err
		}
		if err := w.write(base64.StdEncoding.EncodeToString([]byte(part))); err != nil {
			return err
		}
	}
	return w.write(`"`)
}

// scalar writes what encoding/json can write.
func (w *jsonWriter) scalar(x value.Value) error {
	b, err := json.Marshal(x)
	if err != nil {
		return fault.New("type", "%s has no JSON", x.Kind()).Because(err)
	}
	return w.write(string(b))
}

func (w *jsonWriter) list(x value.Value, depth int) error {
	n := 0
	err := value.Each(&w.f.Thread, x, true, func(_ int, _, elem value.Value) (bool, error) {
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

// mapping writes a map in the order of its keys. A live map is walked in another order, so each
// entry is first written to a text of its own.
func (w *jsonWriter) mapping(x value.Value, depth int) error {
	type entry struct {
		key                *render.Node
		goType, name, text string
	}
	var entries []entry
	before := w.f.Kept()
	err := value.Entries(&w.f.Thread, x, true, func(_ int, key, elem value.Value) (bool, error) {
		key, goType, err := value.LoadTyped(key)
		if err != nil {
			return false, err
		}
		one := jsonWriter{f: w.f, out: &meter.Builder{}}
		name, err := one.keyText(key)
		if err != nil {
			return false, err
		}
		if err := one.value(elem, depth+1); err != nil {
			return false, err
		}
		entries = append(entries, entry{value.Picture(&w.f.Thread, key, w.f.Show, ""), goType, name, one.out.String()})
		return true, w.f.Keep(value.NodeSize(1) + 2*meter.ElementSize)
	})
	if err != nil {
		return err
	}
	entries, err = value.Sorted(&w.f.Thread, entries, entries, func(a, b entry) (int, error) {
		return cmp.Or(a.key.Compare(b.key), cmp.Compare(a.goType, b.goType)), nil
	})
	if err != nil {
		return err
	}
	kept := w.f.Kept() - before
	var names render.Names
	for i, e := range entries {
		if err := w.between('{', i, depth); err != nil {
			return err
		}
		if err := w.f.Hashed(e.name); err != nil {
			return err
		}
		if err := w.key(names.Distinct(e.name)); err != nil {
			return err
		}
		if err := w.write(e.text); err != nil {
			return err
		}
	}
	w.f.Release(w.f.Kept() - kept)
	return w.end('{', '}', len(entries), depth)
}

// object writes a struct, or a snapshot of one.
func (w *jsonWriter) object(x value.Value, depth int) error {
	names, err := value.Fields(x)
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
		field, err := value.Member(&w.f.Thread, x, name)
		if err != nil {
			return err
		}
		if err := w.value(field, depth+1); err != nil {
			return err
		}
	}
	return w.end('{', '}', len(names), depth)
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

func (w *jsonWriter) key(text string) error {
	if err := w.text(text); err != nil {
		return err
	}
	return w.write(": ")
}

// keyText is the text of a key that is loaded: of a scalar as it is written as a value.
func (w *jsonWriter) keyText(key value.Value) (string, error) {
	switch key := key.(type) {
	case value.NilType, value.NilOf: // as text has them: null is no key
	case value.String:
		return string(key), nil
	case value.Redacted:
		return "<redacted>", nil
	case value.Scalar:
		b, err := json.Marshal(key)
		if err != nil {
			return "", fault.New("type", "%s has no JSON", key.Kind()).Because(err)
		}
		var text string
		if json.Unmarshal(b, &text) == nil {
			return text, nil
		}
		return string(b), nil
	}
	if err := value.Unfit(key); err != nil {
		return "", err
	}
	return value.Picture(&w.f.Thread, key, w.f.Show, "").UnmarkedLine(1024), nil
}

// fromJSON is fromJSON(s). Integers that fit in 64 bits stay integers.
func fromJSON(f *machine.Frame, args []value.Value) (value.Value, error) {
	s, err := stringArgument(f, "fromJSON", 1, args[0])
	if err != nil {
		return nil, err
	}
	return parsed(f, s)
}

// parsed is the value that a text is the JSON of.
func parsed(f *machine.Frame, s string) (value.Value, error) {
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

// meteredText reads a text in chunks. It ends early if the evaluation has to end.
type meteredText struct {
	f     *machine.Frame
	s     string
	token int // bytes read for the current token
}

// maxToken bounds a token and the blanks before it, in bytes: the decoder converts it in one go.
const maxToken = 1 << 20

func (r *meteredText) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), meter.TextChunk)], r.s)
	if n == 0 {
		return 0, io.EOF
	}
	if r.token += n; r.token > maxToken {
		return 0, fault.New("range", "a text in it is longer than %s", text.Bytes(maxToken)).With("take it apart with split(…) or indexOf(…)")
	}
	r.s = r.s[n:]
	return n, r.f.Tick(n)
}

// jsonReader reads token by token, because json.Unmarshal cannot be stopped.
type jsonReader struct {
	f    *machine.Frame
	d    *json.Decoder
	text *meteredText
}

func (r *jsonReader) token() (json.Token, error) {
	if err := r.f.Tick(1); err != nil {
		return nil, err
	}
	r.text.token = 0
	t, err := r.d.Token()
	if err != nil {
		if e := new(fault.Error); errors.As(err, &e) {
			return nil, e // of the meter, or of the length
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fault.New("arguments", "fromJSON: %v", err).Because(err)
	}
	return t, nil
}

func (r *jsonReader) value(depth int) (value.Value, error) {
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		return jsonNumber(t)
	case json.Delim:
		if depth > value.MaxDepth {
			return nil, fault.New("budget", "the JSON is nested too deeply")
		}
		if t == '[' {
			return r.list(depth)
		}
		return r.object(depth)
	}
	return value.Of(t), nil
}

func (r *jsonReader) list(depth int) (value.Value, error) {
	xs := value.List{}
	for r.d.More() {
		x, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if x, err = value.Hold(&r.f.Thread, x); err != nil {
			return nil, err
		}
		xs = append(xs, x)
	}
	_, err := r.token() // ]
	return xs, err
}

func (r *jsonReader) object(depth int) (value.Value, error) {
	m := value.Map{}
	for r.d.More() {
		key, err := r.token()
		if err != nil {
			return nil, err
		}
		x, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		name := key.(string) // or the decoder would have failed
		if err := r.f.Hashed(name); err != nil {
			return nil, err
		}
		if err := r.f.Keep(2*meter.ElementSize + len(name)); err != nil {
			return nil, err
		}
		if m[name], err = value.Hold(&r.f.Thread, x); err != nil {
			return nil, err
		}
	}
	_, err := r.token() // }
	return m, err
}

func jsonNumber(n json.Number) (value.Value, error) {
	if len(n) > maxDigits {
		return nil, fault.New("range", "fromJSON: a number of %s is too long", text.Bytes(len(n)))
	}
	if i, ok := parseInt(string(n)); ok {
		return i, nil
	}
	f, err := n.Float64()
	if err != nil {
		return nil, fault.New("overflow", "fromJSON: %s does not fit in a float", text.Cut(string(n), 40)).Because(err)
	}
	return value.Written(f), nil
}
