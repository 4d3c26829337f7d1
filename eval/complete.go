package eval

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// Completion is a proposal: replace line[Start:pos] by Text.
type Completion struct {
	Start  int
	Text   string
	Detail string // for listings, such as a type
}

// completeLimits bounds a completion, which answers a key press.
var completeLimits = Limits{Time: 100 * time.Millisecond, Entries: 20_000, Bytes: 4 << 20}

// maxCompleted bounds the line up to the position, in bytes.
const maxCompleted = 4 << 10

// maxProposals bounds the completions of a line.
const maxProposals = 300

// Complete is CompleteContext with a context that never ends.
func (s *Session) Complete(line string, pos int) []Completion {
	return s.CompleteContext(context.Background(), line, pos)
}

// CompleteContext proposes what could stand at byte position pos of line, sorted: names, variables
// and functions; after a dot fields, and methods that may be called; after a bracket and a quote
// the keys of a map. In a predicate a leading dot is that of an element. It calls no method, no
// lens and no registry.Func, and computes nothing: it reads fields and elements of what stands
// before pos, for at most 100 ms. It returns nil if it knows nothing, if pos is beyond 4 KiB, and
// once ctx has ended.
func (s *Session) CompleteContext(ctx context.Context, line string, pos int) []Completion {
	if pos < 0 || pos > len(line) || pos > maxCompleted || !utf8.ValidString(line[:pos]) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, completeLimits.Time)
	defer cancel()
	limits := completeLimits
	limits.Show = s.limits.Show
	limits = limits.Filled()
	limits.Nesting = s.limits.Nesting
	e := s.begin(ctx, limits)
	e.Visit.ForbidCalls()
	out, err := e.complete(line[:pos])
	if err != nil || ctx.Err() == context.Canceled {
		return nil
	}
	slices.SortFunc(out, func(a, b Completion) int { return strings.Compare(a.Text, b.Text) })
	return out[:min(len(out), maxProposals)]
}

// complete proposes what may follow text.
func (e *evaluation) complete(text string) (out []Completion, err error) {
	defer e.rescue(&err)
	quote, comment := openQuote(text)
	switch {
	case comment:
		return nil, nil
	case quote >= 0:
		return e.completeKey(text, quote)
	}
	start := len(text)
	for start > 0 {
		r, n := utf8.DecodeLastRuneInString(text[:start])
		if !value.IsName("a" + string(r)) {
			break
		}
		start -= n
	}
	prefix := text[start:]
	add := func(name, detail string) {
		if strings.HasPrefix(name, prefix) && name != prefix {
			out = append(out, Completion{start, name, detail})
		}
	}
	b, err := e.backwards(text[:start])
	if err != nil {
		return nil, err
	}
	end := len(b.tokens)
	switch {
	case b.is(end-1, "#"):
		add("acc", "what reduce has so far")
		add("index", "the position of the element")
		add("key", "the key of the element")
	case b.is(end-1, ".", "?."):
		x, err := b.operand(end - 1)
		if err != nil {
			return nil, err
		}
		if x, ok := x.(value.Completable); ok {
			err = x.Names(&e.Thread, add)
		}
		return out, err
	default:
		e.starts(add)
	}
	return out, nil
}

// starts proposes what an expression can start with.
func (e *evaluation) starts(add func(name, detail string)) {
	spaces := map[string]bool{}
	for _, entry := range e.Exposed {
		first, _, dotted := strings.Cut(entry.Name, ".")
		switch {
		case !dotted:
			add(entry.Name, entry.Type)
		case !spaces[first]:
			spaces[first] = true
			add(first, "namespace")
		}
	}
	for name, v := range e.session.variables(e.Visit) {
		detail := "variable"
		switch {
		case v.Gone != "":
			detail = "forgotten"
		case v.Path == nil:
			detail = v.Type
		}
		add(name, detail)
	}
	for _, name := range library.Names() {
		add(name+"(", "function")
	}
}

// completeKey proposes the keys of a map after m[". The quote is at that offset.
func (e *evaluation) completeKey(text string, quote int) (out []Completion, err error) {
	b, err := e.backwards(text[:quote])
	if err != nil {
		return nil, err
	}
	end := len(b.tokens) - 1
	if !b.is(end, "[") {
		return nil, nil
	}
	if b.is(end-1, "?.") {
		end--
	}
	x, err := b.operand(end)
	if err != nil {
		return nil, err
	}
	if x, err = value.Load(x); err != nil || !value.IsMap(x) {
		return nil, err
	}
	prefix := text[quote+1:]
	err = value.Entries(&e.Thread, x, false, func(_ int, key, elem value.Value) (bool, error) {
		key, err := value.Load(key)
		if err != nil {
			return false, err
		}
		if name, ok := key.(value.String); ok && strings.HasPrefix(string(name), prefix) {
			detail := ""
			if v, live := elem.(value.Live); live && v.View.Value().Type() != nil {
				detail = v.View.Value().Type().String()
			}
			out = append(out, Completion{quote, fmt.Sprintf("%q]", name), detail})
		}
		return len(out) < maxProposals, nil
	})
	if err != nil && len(out) > 0 {
		// The budget is spent, but what was found is still of use.
		err = nil
	}
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
