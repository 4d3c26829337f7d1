package render

import (
	"cmp"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/inspect"
)

// aside is the key under which stands what JSON has no words for. A key of the application's that
// begins like it gets another aside in front.
const aside = "…"

// JSON returns n as JSON on one line. It is always valid, and the same for equal snapshots.
//
//	nil                    null
//	booleans               true, false
//	integers, floats       numbers with every digit, also above 2^53
//	NaN, infinities        "NaN", "+Inf", "-Inf"
//	complex numbers        "(1+2i)"
//	times, durations       "2026-11-23T08:13:13Z" (RFC 3339), "2m13s"
//	strings, text in bytes strings; each byte of invalid UTF-8 is U+FFFD
//	other bytes            {"…": {"hex": "00ff"}}
//	structs                objects, fields in their order
//	maps                   objects, sorted by key; keys that are no strings as text
//	lists                  arrays
//	pointers, interfaces   what they point at
//	funcs, locks, …        a string that describes them
//	chans                  {"…": {"len": 3, "cap": 10}}
//
// What is not simply the value stands in an object under the key "…". That is one more member of an
// object, one more element of an array, and takes the place of anything else.
//
//	{"…": {"more": 1140, "path": "cache.items[64:1204]"}} elements, entries or fields cut, and
//	                                                      the expression for all of them
//	{"…": {"path": "cache.items"}}                        left out whole, being too deep;
//	                                                      with "len" for lists and maps;
//	                                                      "" if no expression shows it
//	{"…": {"text": "abc", "more": 14320, "path": "…"}}    a string that is cut, in bytes
//	{"…": {"redacted": true}}                             forbidden to show
//	{"…": {"cycle": "catalog.root"}}                      the value at that path, around it
//	{"…": {"same": "catalog.root"}}                       a struct that is shown at that path, if
//	                                                      it was left out with Limit.Once
//	{"…": {"error": "…"}}                                 unreadable, in whole or in part
//	{"…": {"torn": true, "value": 7}}                     it changed while it was read;
//	                                                      without "value" in arrays, objects
//
// A part that is cut again names the rest of itself, so that following the paths shows everything
// once.
//
// A map's key that begins with "…" gets another one in front. Keys with the same text (NaN,
// redacted, 1 beside "1") end in "…2", "…3". JSON does not say that a value is racy or a copy, nor,
// otherwise, that two pointers are the same.
func (n *Node) JSON() []byte {
	w := &jsonWriter{}
	w.node(n, 0)
	return w.b
}

// WriteJSON writes what JSON returns, piece by piece: it holds some kilobytes, or one text of n. It
// stops at the first error of out.
func (n *Node) WriteJSON(out io.Writer) error {
	w := &jsonWriter{out: out}
	w.node(n, 0)
	w.spill(1)
	return w.err
}

// JSONSize returns how many bytes WriteJSON would write.
func (n *Node) JSONSize() int {
	var size sizeWriter
	n.WriteJSON(&size)
	return int(size)
}

// A sizeWriter counts what is written to it.
type sizeWriter int

func (w *sizeWriter) Write(p []byte) (int, error) {
	*w += sizeWriter(len(p))
	return len(p), nil
}

// jsonWriter writes JSON to out, or collects it where out is nil.
type jsonWriter struct {
	out io.Writer
	b   []byte // not written yet
	err error  // of out
}

// jsonPiece is how many bytes are written at once, at least.
const jsonPiece = 4 << 10

// spill writes what was collected if it is that much.
func (w *jsonWriter) spill(least int) {
	if w.out == nil || len(w.b) < least {
		return
	}
	if w.err == nil {
		_, w.err = w.out.Write(w.b)
	}
	if w.b = w.b[:0]; cap(w.b) > 4*jsonPiece {
		w.b = nil
	}
}

// MarshalJSON is JSON, for package encoding/json. The error is nil.
func (n *Node) MarshalJSON() ([]byte, error) { return n.JSON(), nil }

func (w *jsonWriter) node(n *Node, depth int) {
	switch {
	case w.err != nil:
		return
	case n == nil || n.hasNotes(depth):
	case n.Shape == inspect.Struct, n.Shape == inspect.Map:
		w.object(n, depth)
		return
	case n.Shape == inspect.List:
		w.array(n, depth)
		return
	case n.Shape == inspect.Pointer && len(n.Items) > 0:
		w.node(n.Items[0].Node, depth+1)
		return
	}
	w.b = appendLeaf(w.b, n, depth)
}

// hasNotes reports whether notes stand in place of n.
func (n *Node) hasNotes(depth int) bool {
	return depth > maxWritten || n.Hidden || n.Cycle != "" || (n.Same != "" || n.Err != "") && len(n.Items) == 0
}

// appendLeaf adds n, which is no object and no array.
func appendLeaf(b []byte, n *Node, depth int) []byte {
	switch {
	case n == nil:
		return append(b, "null"...)
	case depth > maxWritten:
		return appendNotes(b, note{"error", `"too deep"`})
	case n.Hidden:
		return appendNotes(b, note{"redacted", "true"})
	case n.Cycle != "":
		return appendNotes(b, note{"cycle", jsonString(n.Cycle)})
	case n.Same != "" && len(n.Items) == 0:
		return appendNotes(b, note{"same", jsonString(n.Same)})
	case n.Err != "" && len(n.Items) == 0:
		return appendNotes(b, note{"error", jsonString(n.Err)})
	}
	switch n.Shape {
	case inspect.Nil:
		return append(b, "null"...)
	case inspect.Pointer:
		return appendNotes(b, n.notes()...)
	case inspect.Chan:
		return appendNotes(b, note{"len", strconv.Itoa(n.Len)}, note{"cap", strconv.Itoa(n.Cap)})
	case inspect.Scalar:
		return appendScalar(b, n)
	}
	return append(b, jsonString(cmp.Or(n.Text, n.Type))...)
}

// A note is a member of the object under the key "…"; json is its value.
type note struct{ key, json string }

// notes says what of n is cut, unreadable or torn.
func (n *Node) notes() (notes []note) {
	if n.Cut != nil {
		switch {
		case n.Cut.More > 0:
			notes = append(notes, note{"more", strconv.Itoa(n.Cut.More)})
		case n.Len > 0:
			notes = append(notes, note{"len", strconv.Itoa(n.Len)})
		}
		if path := n.Cut.Rest(); path != "" || notes == nil {
			notes = append(notes, note{"path", jsonString(path)})
		}
	}
	if n.Err != "" {
		notes = append(notes, note{"error", jsonString(n.Err)})
	}
	if n.Mark&inspect.Torn != 0 {
		notes = append(notes, note{"torn", "true"})
	}
	return notes
}

func appendNotes(b []byte, notes ...note) []byte {
	return append(appendMember(append(b, '{'), notes), '}')
}

// appendMember adds "…": {…}.
func appendMember(b []byte, notes []note) []byte {
	b = append(b, `"`+aside+`":{`...)
	for i, m := range notes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `"`+m.key+`":`...)
		b = append(b, m.json...)
	}
	return append(b, '}')
}

func (w *jsonWriter) object(n *Node, depth int) {
	w.b = append(w.b, '{')
	var names Names
	for i, item := range n.Items {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, jsonString(names.Distinct(item.jsonKey()))...)
		w.b = append(w.b, ':')
		w.node(item.Node, depth+1)
		w.spill(jsonPiece)
	}
	if notes := n.notes(); notes != nil {
		if len(n.Items) > 0 {
			w.b = append(w.b, ',')
		}
		w.b = appendMember(w.b, notes)
	}
	w.b = append(w.b, '}')
}

// Names tells keys of one object apart that have the same text in JSON. The zero Names has met none.
type Names struct {
	used map[string]bool
	next map[string]int // the next number for a text
}

// Distinct returns text if it is new, and otherwise text with a number behind it. Bytes that are no
// UTF-8 are U+FFFD in JSON, so that they make no difference between keys.
func (d *Names) Distinct(text string) string {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	if d.used == nil {
		d.used, d.next = map[string]bool{}, map[string]int{}
	}
	key, number := text, max(d.next[text], 2)
	for ; d.used[key]; number++ {
		key = text + aside + strconv.Itoa(number)
	}
	d.used[key], d.next[text] = true, number
	return key
}

func (item Item) jsonKey() string {
	key := item.Name
	if k := item.Key; k != nil {
		text, isString := k.Scalar.(string)
		switch {
		case k.Hidden, k.Scalar == nil:
			key = k.UnmarkedLine(0)
		case isString && k.Cut == nil:
			key = text
		case isString:
			key = text + aside
		default:
			key = k.Text
		}
	}
	if len(key) >= len(aside) && key[:len(aside)] == aside {
		return aside + key
	}
	return key
}

func (w *jsonWriter) array(n *Node, depth int) {
	w.b = append(w.b, '[')
	for i, item := range n.Items {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.node(item.Node, depth+1)
		w.spill(jsonPiece)
	}
	if notes := n.notes(); notes != nil {
		if len(n.Items) > 0 {
			w.b = append(w.b, ',')
		}
		w.b = appendNotes(w.b, notes...)
	}
	w.b = append(w.b, ']')
}

func appendScalar(b []byte, n *Node) []byte {
	key, value := "value", ""
	switch x := n.Scalar.(type) {
	case nil:
		value = jsonString(n.Text)
	case bool, int, int64, uint64:
		value = scalarText(x)
	case float32, float64:
		value = scalarText(x)
		if strings.ContainsAny(value, "NI") { // NaN, +Inf
			value = jsonString(value)
		}
	case string:
		key, value = "text", jsonString(x)
	case []byte:
		key, value = "text", jsonString(string(x))
		if !isText(x) {
			return appendNotes(b, append([]note{{"hex", `"` + hex.EncodeToString(x) + `"`}}, n.notes()...)...)
		}
	default:
		value = jsonString(scalarText(x))
	}
	notes := n.notes()
	if name := n.Constant(); name != "" {
		notes = append([]note{{"name", jsonString(name)}}, notes...)
	}
	if notes != nil {
		return appendNotes(b, append([]note{{key, value}}, notes...)...)
	}
	return append(b, value...)
}

// jsonString returns s as a JSON string, with unprintable characters escaped.
func jsonString(s string) string {
	const digits = "0123456789abcdef"
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case unicode.IsPrint(r) || r == utf8.RuneError:
			b = utf8.AppendRune(b, r)
		default:
			for _, u := range utf16.Encode([]rune{r}) {
				b = append(b, '\\', 'u', digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15])
			}
		}
	}
	return string(append(b, '"'))
}
