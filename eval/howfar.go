package eval

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Partial is what an evaluation had when a limit or a cancellation ended it. It is no answer, and
// tells nothing of the entries that were not read.
type Partial struct {
	// Function is the one that walked, "" if none did: the outermost of several that make one
	// answer of all elements.
	Function string
	// Path is that of the collection that was walked, and Entries of its Of entries were looked
	// at. Path is "" if no expression leads there; Of is 0 if it is not known.
	Path        string
	Entries, Of int
	// Value is what Function would have answered of these entries alone: of freq the first rows
	// without percent, of top rows without value. It is nil where Kept, how many elements were
	// collected, has to do.
	Value *render.Node
	Kept  int
}

// partial returns what the evaluation has, and what people are told of that; nil if nothing was
// read.
func (e *evaluation) partial() (p *Partial, told string) {
	r, fold := e.Visit.Reached(), e.Folding()
	p = &Partial{Path: r.Path, Entries: r.At, Of: r.Of}
	if fold != nil {
		p.Entries = fold.Seen
		if ahead := r.At - fold.Seen; fold.Made || ahead < 0 || ahead > 1 {
			p.Path, p.Of = "", fold.Of // it was in the walk of a predicate
		}
	}
	if p.Of > 0 && p.Entries > p.Of {
		p.Of = 0 // it became shorter meanwhile
	}
	if p.Entries == 0 {
		return nil, ""
	}
	if fold == nil {
		return p, ""
	}
	found := fold.Sofar()
	p.Function, p.Value, p.Kept = found.Function, found.Answer, found.Kept
	told = text.Thousands(p.Entries)
	if p.Of > 0 {
		told += " of " + text.Thousands(p.Of)
	}
	told += " entries"
	if p.Path != "" {
		told += " of " + p.Path
	}
	return p, told + " were read, " + found.Told
}

// sayHowFar adds to the error of a limit of the evaluation how far it came, what it had found, and
// what to type instead. found is what partial returned.
func (e *evaluation) sayHowFar(err error, found, source string) error {
	f := fault.From(err)
	if f.Code == "cancelled" && found != "" {
		told := *f
		told.Hint = found
		return &told
	}
	if f.Limit == "" {
		return err
	}
	of, own := e.limits, e.session.limits
	lowered := map[string]bool{"Entries": of.Entries < own.Entries, "Bytes": of.Bytes < own.Bytes}[f.Limit]
	told := *f
	r := e.Visit.Reached()
	more := ""
	if f.Limit == "Time" && of.Time < of.MaxTime {
		more = "set time " + text.DurationWord(enough(r, of)) + " allows more"
	}
	told.Hint = howFar(f, r, found, e.Elapsed(), source, lowered, more)
	return &told
}

// progress returns how far the evaluation has come.
func (e *evaluation) progress() Progress {
	r := e.Visit.Reached()
	p := Progress{Time: e.Elapsed(), Read: e.Entries()}
	if fold := e.Folding(); fold != nil && fold.Made && fold.Of > 0 {
		p.At, p.Of = min(fold.Seen, fold.Of), fold.Of
	} else if r.Path != "" && r.Of > 0 {
		p.Path, p.At, p.Of = r.Path, min(r.At, r.Of), r.Of
	}
	return p
}

// howFar returns the hint of the error f of a limit, which an evaluation of source reached after
// that time. found is what partial returned, and lowered says that the session has set the
// limit, and more how it sets another; "" if it cannot.
func howFar(f *fault.Error, r access.Reached, found string, elapsed time.Duration, source string, lowered bool, more string) string {
	var came string
	switch {
	case found != "":
		came = found
	case r.Of > 0 && r.Path != "" && r.At <= r.Of:
		came = fmt.Sprintf("it came to entry %s of %s of %s", text.Thousands(r.At), text.Thousands(r.Of), r.Path)
	case r.Walked > 0:
		came = "it looked at " + text.Thousands(r.Walked) + " entries"
	}
	if f.Limit == "Time" && r.Gave >= elapsed/10 {
		gave := "gave way to the application for " + text.Duration(r.Gave, 2) + " of it"
		if came == "" {
			gave = "it " + gave
		} else if found != "" {
			gave = "; it " + gave
		} else {
			gave = " and " + gave
		}
		came += gave
	}
	advice, limit, raise := strings.Cut(f.Hint, ", or raise ")
	if raise {
		limit = ", or raise " + limit
	}
	if lowered {
		limit = ", or raise the limit that this session has set"
	}
	and := ", or "
	if n := sampleOf(r); n > 0 {
		part := fmt.Sprintf("%s[:%d]", r.Path, n)
		if line := sampled(source, r.Path, part); line != "" {
			advice, and = line+" answers for a part", ", and "
		} else {
			advice = "ask for a part, as in " + part
		}
	}
	if came != "" {
		came += "; "
	}
	if more != "" {
		return came + more + and + advice
	}
	return came + advice + limit
}

// enough returns a time that is likely to be enough for what reached r within the limits of, or as
// much as they allow.
func enough(r access.Reached, of Limits) time.Duration {
	need := 5 * float64(of.Time) // a Duration may not hold it
	if r.At > 0 && r.Of >= r.At {
		need = 1.25 * float64(of.Time) * float64(r.Of) / float64(r.At)
	}
	for _, d := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute} {
		if float64(d) >= need && d > of.Time && d < of.MaxTime {
			return d
		}
	}
	return of.MaxTime
}

// sampleOf returns how many entries of a walk to ask for instead of all: a round number that takes
// about a twentieth of the limit; 0 if that are too few to tell anything.
func sampleOf(r access.Reached) int {
	most := min(r.At/20, r.Of)
	if r.Path == "" || most < 10 {
		return 0
	}
	unit := int(math.Pow10(len(fmt.Sprint(most)) - 1))
	for _, n := range []int{5, 2} {
		if n*unit <= most {
			return n * unit
		}
	}
	return unit
}

// maxSampled bounds the line that is proposed, in bytes.
const maxSampled = 200

// sampled returns source with part in the places of path; "" if path does not stand there by itself.
func sampled(source, path, part string) string {
	if len(source) > maxSampled {
		return ""
	}
	var b strings.Builder
	found := false
	for rest := source; ; {
		before, after, ok := strings.Cut(rest, path)
		b.WriteString(before)
		if !ok {
			break
		}
		last, _ := utf8.DecodeLastRuneInString(b.String())
		next, _ := utf8.DecodeRuneInString(after)
		if inOperand(last) || inOperand(next) || strings.ContainsRune("[(?", next) {
			b.WriteString(path)
		} else {
			b.WriteString(part)
			found = true
		}
		rest = after
	}
	line := strings.TrimSpace(b.String())
	if !found || strings.Contains(line, "\n") {
		return ""
	}
	if _, err := syntax.Parse(line, library.Known, syntax.Limits{Line: maxCompleted, Nesting: math.MaxInt}); err != nil {
		return ""
	}
	return line
}

// inOperand reports whether r beside a path makes it another operand, or a part of a text.
func inOperand(r rune) bool {
	return r == '_' || r == '.' || r == '#' || r == '$' || r == '"' || r == '\'' || r == '`' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
