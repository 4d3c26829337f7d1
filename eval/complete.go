package eval

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Completion is a proposal: replace line[Start:pos] by Text.
type Completion struct {
	Start  int
	Text   string
	Kind   Kind
	Detail string // for listings, such as a type
}

// Kind says what a Completion proposes.
type Kind string

// The kinds of what can stand in an expression.
const (
	KindKey       Kind = "key" // of a map, as one types it, with the bracket that closes it
	KindObject    Kind = "object"
	KindNamespace Kind = "namespace"
	KindVariable  Kind = "variable" // of this session
	KindField     Kind = "field"
	KindMethod    Kind = "method"
	KindFunction  Kind = "function"
)

// compare orders completions: what is this application's comes first, then what is this session's,
// then the language's, each by text, and keys that are numbers by number.
func (c Completion) compare(other Completion) int {
	rank := func(c Completion) int {
		switch c.Kind {
		case KindVariable:
			return 1
		case KindFunction:
			return 2
		}
		return 0
	}
	if n := cmp.Compare(rank(c), rank(other)); n != 0 {
		return n
	}
	if c.Kind == KindKey && other.Kind == KindKey {
		a, notA := strconv.ParseFloat(strings.Trim(c.Text, "[]"), 64)
		b, notB := strconv.ParseFloat(strings.Trim(other.Text, "[]"), 64)
		if notA == nil && notB == nil && a != b {
			return cmp.Compare(a, b)
		}
	}
	return strings.Compare(c.Text, other.Text)
}

// completeLimits bounds a completion, which answers a key press.
var completeLimits = Limits{Time: 100 * time.Millisecond, Entries: maxKeys + 2*maxSlowKeys, Bytes: 4 << 20}

// How many keys of a map a completion looks at: together with others, and by themselves.
const (
	maxKeys     = 100_000
	maxSlowKeys = 10_000
)

// maxCompleted bounds the line up to the position, in bytes.
const maxCompleted = 4 << 10

// maxProposals bounds the completions of a line.
const maxProposals = 300

// Complete is CompleteContext with a context that never ends.
func (s *Session) Complete(line string, pos int) []Completion {
	return s.CompleteContext(context.Background(), line, pos)
}

// CompleteContext proposes what could stand at byte position pos of line, sorted: exposed objects,
// variables and functions; after a dot fields, methods that may be called and the keys of a map;
// after a bracket the keys of a map, of whatever type, also those that begin with a text in quotes.
// In a predicate a leading dot is that of an element. It calls no method, no lens and no
// registry.Func, and computes nothing: it reads fields and elements of what stands before pos, for
// at most 100 ms, but for the first look at package variables. It returns nil if it knows nothing, if
// pos is beyond 4 KiB, and once ctx has ended.
func (s *Session) CompleteContext(ctx context.Context, line string, pos int) []Completion {
	if pos < 0 || pos > len(line) || pos > maxCompleted || !utf8.ValidString(line[:pos]) {
		return nil
	}
	limits := completeLimits
	if s.unhurried {
		limits.Time = s.limits.Time
	}
	limits.Show = s.limits.Show
	limits = limits.Filled()
	limits.Nesting = s.limits.Nesting
	e := s.begin(ctx, limits)
	if !e.Visit.Loaded() {
		e.End()
		if s.load(ctx) != nil {
			return nil
		}
		e = s.begin(ctx, limits)
	}
	defer e.End()
	e.Visit.ForbidCalls()
	out, err := e.complete(line[:pos])
	// What was found until the budget was spent is of use.
	if err != nil && len(out) == 0 || ctx.Err() != nil {
		return nil
	}
	slices.SortFunc(out, Completion.compare)
	return out[:min(len(out), maxProposals)]
}

// load has the first look at what is exposed, which may take longer than a key press: it has the time of
// an evaluation.
func (s *Session) load(ctx context.Context) error {
	e := s.begin(ctx, s.limits)
	defer e.End()
	return e.Visit.Load()
}

// complete proposes what may follow line.
func (e *evaluation) complete(line string) (out []Completion, err error) {
	defer e.rescue(&err)
	quote, comment := openQuote(line)
	switch {
	case comment:
		return nil, nil
	case quote >= 0:
		return e.completeKey(line, quote)
	}
	start := len(line)
	for start > 0 {
		r, n := utf8.DecodeLastRuneInString(line[:start])
		if !value.IsName("a" + string(r)) {
			break
		}
		start -= n
	}
	prefix := line[start:]
	added := map[string]bool{}
	add := func(kind Kind, name, detail string) {
		if strings.HasPrefix(name, prefix) && name != prefix && !added[name] {
			added[name] = true
			out = append(out, Completion{start, name, kind, detail})
		}
	}
	b, err := e.backwards(line[:start])
	if err != nil {
		return nil, err
	}
	end := len(b.tokens)
	switch {
	case b.is(end-1, "#"):
		add(KindVariable, "acc", "what reduce has so far")
		add(KindVariable, "index", "the position of the element")
		add(KindVariable, "key", "the key of the element")
	case b.is(end-1, ".", "?."):
		x, err := b.operand(end - 1)
		if err != nil {
			return nil, err
		}
		err = e.members(x, add)
		if err == nil && len(out) < maxProposals {
			dot := b.offset(line, end-1)
			if b.is(end-1, "?.") {
				dot += len("?.") // m?.["key"]
			}
			begins := func(key value.Value) bool {
				name, isText := key.(value.String)
				return prefix == "" || isText && strings.HasPrefix(string(name), prefix)
			}
			err = e.keys(x, prefix, begins, func(key value.Value, typed, detail string) bool {
				name, isText := key.(value.String)
				switch {
				case isText && value.IsName(string(name)):
					add(KindKey, string(name), detail)
				case b.endsOperand(end - 2):
					out = append(out, Completion{dot, "[" + typed + "]", KindKey, detail})
				default:
					out = append(out, Completion{dot, "#[" + typed + "]", KindKey, detail})
				}
				return len(out) < maxProposals
			})
		}
		return out, err
	case b.is(end-1, "["):
		out, err = e.completeIndex(b, end-1, start, prefix)
		if prefix != "" || len(out) == 0 && err == nil {
			e.starts(add)
		}
		return out, err
	default:
		e.starts(add)
	}
	return out, nil
}

// starts proposes what an expression can start with.
func (e *evaluation) starts(add func(kind Kind, name, detail string)) {
	spaces := map[string]bool{}
	for _, entry := range e.Exposed() {
		first, _, dotted := strings.Cut(entry.Name, ".")
		switch {
		case !dotted:
			add(KindObject, entry.Name, entry.Type)
		case !spaces[first]:
			spaces[first] = true
			add(KindNamespace, first, "namespace")
		}
	}
	e.eachVariable(func(name string, v variable) {
		detail := "variable"
		switch {
		case v.Gone != "":
			detail = "forgotten"
		case v.Path == nil:
			detail = v.Type
		}
		add(KindVariable, name, detail)
	})
	for _, name := range library.Names() {
		add(KindFunction, name+"(", "function")
	}
}

// members proposes what may follow the dot of x, but for the keys of a map.
func (e *evaluation) members(x value.Value, add func(kind Kind, name, detail string)) error {
	c, ok := x.(value.Completable)
	if !ok {
		return nil
	}
	return c.Names(&e.Thread, func(name, detail string) {
		kind := KindField
		if strings.HasSuffix(name, "(") {
			kind = KindMethod
		}
		add(kind, name, detail)
	})
}

// keys yields those keys of x that are wanted, as one types them, if x is a map, until yield says
// that it has enough. It leaves out keys that cannot be typed or must not be told. Of a large map it
// comes to the first entries only, but to the one whose key is prefix in any case.
func (e *evaluation) keys(x value.Value, prefix string, want func(key value.Value) bool, yield func(key value.Value, typed, detail string) (more bool)) error {
	x, err := value.Load(x)
	if err != nil || !value.IsMap(x) {
		return err
	}
	above := value.Path(x)
	found := false // the entry of prefix
	looked := 0
	entry := func(_ int, key, elem value.Value) (bool, error) {
		if looked++; looked > maxSlowKeys {
			return false, nil
		}
		key, err := value.Load(key)
		if err != nil {
			return false, err
		}
		if !want(key) || found && key == value.String(prefix) {
			return true, nil
		}
		found = found || key == value.String(prefix)
		typed := ""
		switch k := key.(type) {
		case value.String:
			typed = text.Literal(string(k))
		case value.Int:
			typed = strconv.FormatInt(int64(k), 10)
		}
		detail := ""
		if v, live := elem.(value.Live); live {
			if t := v.View.Value().Type(); t != nil {
				detail = t.String()
			}
			if above != "" {
				// Whatever the type of the key; there is no path if it cannot be typed.
				path, _ := strings.CutPrefix(v.View.Path(), above+"[")
				typed = strings.TrimSuffix(path, "]")
			}
		}
		if typed == "" {
			return true, nil
		}
		return yield(key, typed, detail), nil
	}
	exact := value.String(prefix)
	if keyed, ok := x.(value.Keyed); ok && prefix != "" && want(exact) {
		// First: in a large map the walk may not come to it.
		if has, err := keyed.Has(&e.Thread, exact); err == nil && has {
			if elem, err := value.Index(&e.Thread, x, exact); err == nil {
				if more, err := entry(0, exact, elem); err != nil || !more {
					return err
				}
			}
		}
	}
	if live, ok := x.(value.Live); ok {
		return live.EachNamed(&e.Thread, prefix, maxKeys, entry)
	}
	return value.Entries(&e.Thread, x, false, entry)
}

// completeIndex proposes the keys of the map before the bracket at open, where prefix stands behind
// that.
func (e *evaluation) completeIndex(b *backwards, open, start int, prefix string) (out []Completion, err error) {
	x, _, err := b.indexed(open)
	if err != nil {
		return nil, nil // any expression may stand here
	}
	begins := func(key value.Value) bool {
		switch key := key.(type) {
		case value.String:
			return strings.HasPrefix(string(key), prefix)
		case value.Int:
			return strings.HasPrefix(strconv.FormatInt(int64(key), 10), prefix)
		}
		return true // how it is typed decides
	}
	err = e.keys(x, prefix, begins, func(key value.Value, typed, detail string) bool {
		if _, isText := key.(value.String); isText || strings.HasPrefix(typed, prefix) {
			out = append(out, Completion{start, typed + "]", KindKey, detail})
		}
		return len(out) < maxProposals
	})
	return out, err
}

// completeKey proposes the keys of a map after m[". The quote is at that offset.
func (e *evaluation) completeKey(line string, quote int) (out []Completion, err error) {
	b, err := e.backwards(line[:quote])
	if err != nil {
		return nil, err
	}
	end := len(b.tokens) - 1
	if !b.is(end, "[") {
		return nil, nil
	}
	x, _, err := b.indexed(end)
	if err != nil {
		return nil, err
	}
	prefix := line[quote+1:]
	begins := func(key value.Value) bool {
		name, ok := key.(value.String)
		return ok && strings.HasPrefix(string(name), prefix)
	}
	err = e.keys(x, prefix, begins, func(_ value.Value, typed, detail string) bool {
		out = append(out, Completion{quote, typed + "]", KindKey, detail})
		return len(out) < maxProposals
	})
	return out, err
}

// openQuote returns the offset of the quote of a string that is still open at the end of text, -1
// if there is none, and whether a comment is still open.
func openQuote(text string) (open int, comment bool) {
	open = -1
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case open >= 0 && c == '\\' && text[open] != '`':
			i++
		case open >= 0 && c == text[open]:
			open = -1
		case open >= 0:
		case c == '"' || c == '\'' || c == '`':
			open = i
		case strings.HasPrefix(text[i:], "//"), strings.HasPrefix(text[i:], "/*"):
			end := "*/"
			if text[i+1] == '/' {
				end = "\n"
			}
			n := strings.Index(text[i+2:], end)
			if n < 0 {
				return -1, true
			}
			i += 2 + n + len(end) - 1
		}
	}
	return open, false
}
