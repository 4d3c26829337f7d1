package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	// queryErr wraps an error in a field of its own.
	queryErr struct {
		Query string
		cause error
	}
	// twoErrs holds two errors, and only its Unwrap knows.
	twoErrs struct{ first, second error }
	// multiErr wraps a list.
	multiErr struct{ list []error }
	// embeddedErr is promoted Unwrap and Error.
	embeddedErr struct {
		*queryErr
		when string
	}
	// textErr is no struct.
	textErr string
	// plainErr holds an error and does not wrap it.
	plainErr struct{ err error }
)

func (e *queryErr) Error() string  { return "query " + e.Query }
func (e *queryErr) Unwrap() error  { return e.cause }
func (e *twoErrs) Error() string   { return "two" }
func (e *twoErrs) Unwrap() error   { return e.second }
func (e multiErr) Error() string   { return "multi" }
func (e multiErr) Unwrap() []error { return e.list }
func (e textErr) Error() string    { return string(e) }
func (e *plainErr) Error() string  { return "plain" }

type causesWorld struct {
	app, std, multi, joined, two, embedded, text, plain, self, none, secret error
	typedNil                                                                error
	deep                                                                    error
	name                                                                    string
	jobs                                                                    []job2
}

type job2 struct {
	id  int
	err error
}

func TestCauses(t *testing.T) {
	path := &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}
	w := &causesWorld{
		app: &queryErr{"q", path}, std: fmt.Errorf("load: %w", path), multi: multiErr{[]error{path, nil, textErr("b")}}, joined: errors.Join(path, fmt.Errorf("%w and %w", fs.ErrExist, fs.ErrClosed)),
		two: &twoErrs{path, fs.ErrExist}, embedded: &embeddedErr{&queryErr{"e", path}, "now"}, text: textErr("t"), plain: &plainErr{path}, typedNil: (*queryErr)(nil), name: "n",
		secret: &queryErr{"q", errors.New("Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789")},
		jobs:   []job2{{1, nil}, {2, &queryErr{"j", path}}, {3, path}},
	}
	self := &queryErr{Query: "self"}
	self.cause = self
	w.self = self
	w.deep = path
	for range 300 {
		w.deep = &queryErr{"d", w.deep}
	}
	reg := registry.New()
	reg.Expose("w", w, registry.Frozen())
	racy := any(w.joined)
	reg.Expose("racy", &racy)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, tt := range []struct{ source, want string }{
		{`unwrap(w.std)`, `"open /x: file does not exist"`}, {`unwrap(w.std).Op`, `"open"`}, {`unwrap(unwrap(w.std))`, `"file does not exist"`}, {`unwrap(unwrap(unwrap(w.std)))`, "nil"}, {`type(unwrap(w.std))`, `"*fs.PathError"`},
		{`path(unwrap(w.std))`, "error: argument 1 of path has to be a live object, not a string at 1:1"},
		{`causes(w.std)`, `["load: open /x: file does not exist", "open /x: file does not exist", "file does not exist"]`}, {`map(causes(w.std), type(#))`, `["*fmt.wrapError", "*fs.PathError", "*errors.errorString"]`}, {`causes(w.std)[1].Path`, `"/x"`}, {`find(causes(w.std), type(#) == "*fs.PathError").Path`, `"/x"`}, {`"file does not exist" in causes(w.std)`, "true"},
		{`causes(w.app)`, "[\n  *eval.queryErr{Query: \"q\", cause: \"open /x: file does not exist\"}\n  \"open /x: file does not exist\"\n  \"file does not exist\"\n]"}, {`unwrap(w.app).Op`, `"open"`}, {`unwrap(w.multi)`, `["open /x: file does not exist", "b"]`}, {`map(causes(w.multi), type(#))`, `["eval.multiErr", "*fs.PathError", "*errors.errorString", "eval.textErr"]`}, {`causes(w.joined)`, "[\n  \"open /x: file does not exist\\nfile already exists and file already closed\",\n  \"open /x: file does not exist\", \"file does not exist\",\n  \"file already exists and file already closed\", \"file already exists\", \"file already closed\"\n]"}, {`len(unwrap(w.joined))`, "2"},
		{`unwrap(w.two)`, "error: w.two (eval.twoErrs) holds more than one error, and which one it wraps only its Unwrap knows: read .first or .second at 1:1"}, {`causes(w.two)`, "error: w.two (eval.twoErrs) holds more than one error, and which one it wraps only its Unwrap knows: read .first or .second at 1:1"}, {`map(causes(w.embedded), type(#))`, `["*eval.embeddedErr", "*fs.PathError", "*errors.errorString"]`}, {`causes(w.text)`, `["t"]`}, {`unwrap(w.text)`, "nil"}, {`causes(w.plain)`, `[*eval.plainErr{err: "open /x: file does not exist"}]`},
		{`causes(w.self)`, `[*eval.queryErr{Query: "self", cause: <cycle>}]`}, {`causes(w.none)`, "[]"}, {`unwrap(w.none)`, "nil"}, {`causes(nil)`, "[]"}, {`unwrap(w.typedNil)`, "nil"}, {`causes(w.typedNil)`, "[]"},
		{`len(causes(w.deep))`, "302"}, {`causes(w.secret)`, "[\n  *eval.queryErr{Query: \"q\", cause: *errors.errorString{s: <redacted>}}\n  *errors.errorString{s: <redacted>}\n]"}, {`unwrap(w.secret)`, "errors.errorString{s: <redacted>}"}, {`unwrap(w.name)`, "error: w.name (string) is no error at 1:1"}, {`unwrap("x")`, "error: argument 1 of unwrap has to be an error of the program, not a string at 1:1"}, {`causes(w)`, "error: w (eval.causesWorld) is no error at 1:1"}, {`causes(w.jobs)`, "error: w.jobs ([]eval.job2) is no error at 1:1"},
		{`filter(w.jobs, "file does not exist" in causes(.err)) | map(.id)`, "[2, 3]"}, {`count(w.jobs, any(causes(.err), type(#) == "*fs.PathError"))`, "2"},
		{`map(causes(racy), type(#))`, "[\n  \"*errors.joinError\", \"*fs.PathError\", \"*errors.errorString\", \"*fmt.wrapErrors\",\n  \"*errors.errorString\", \"*errors.errorString\"\n]"}, {`causes(racy)[3]`, `"file already exists and file already closed"`}, {`x = causes(w.std)`, `["load: open /x: file does not exist", "open /x: file does not exist", "file does not exist"]`}, {`x`, `["load: open /x: file does not exist", "open /x: file does not exist", "file does not exist"]`}, {`json(causes(w.std))`, "[\n  \"load: open /x: file does not exist\",\n  \"open /x: file does not exist\",\n  \"file does not exist\"\n]"}, {`sort(causes(w.std))`, `["file does not exist", "load: open /x: file does not exist", "open /x: file does not exist"]`}, {`toJSON(causes(w.app))`, `"[\n  {\n    \"Query\": \"q\",\n    \"cause\": \"open /x: file does not exist\"\n  },\n  \"open /x: file does not exist\",\n  \"file does not exist\"\n]"`},
	} {
		if got := strip(shown(t, s, tt.source)); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.source, got, tt.want)
		}
	}
	r, err := s.Eval(t.Context(), "causes(w.app)")
	if err != nil || len(r.Notes) != 1 || r.Notes[0] != "what an eval.queryErr wraps is read from its field cause: no Unwrap is called" {
		t.Errorf("%v, %q", err, r.Notes)
	}
	r, err = s.Eval(t.Context(), "causes(w.std)")
	if err != nil || len(r.Notes) != 0 {
		t.Errorf("%v, %q", err, r.Notes)
	}
}

// TestCausesOfMany: a list that is cut is told to be.
func TestCausesOfMany(t *testing.T) {
	var all []error
	for i := range 1200 {
		all = append(all, fmt.Errorf("e%d", i))
	}
	failed := errors.Join(all...)
	reg := registry.New()
	reg.Expose("failed", &failed, registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string]string{"len(unwrap(failed))": "1000", "len(causes(failed))": "1001", "causes(failed)[1000]": `"e999"`} {
		r, err := s.Eval(t.Context(), source)
		if err != nil || r.Node.Line(0) != want || len(r.Notes) != 1 || r.Notes[0] != "an error wraps a long list, and the last 200 are left out: the field that holds the list has them all" {
			t.Errorf("%s: %v, %v, %q", source, r.Node.Line(0), err, r.Notes)
		}
	}
}

// TestCausesOfAll: each of these errors wraps all. What it wraps is read once, and the errors that
// wait to be looked at are charged for.
func TestCausesOfAll(t *testing.T) {
	all := make([]error, 300)
	for i := range all {
		all[i] = &multiErr{all}
	}
	reg := registry.New()
	reg.Expose("failed", &all[0], registry.Frozen())
	r, err := NewSession(reg, Limits{Time: time.Hour}).Eval(t.Context(), "len(causes(failed))")
	if err != nil || r.Node.Line(0) != "300" || !slices.Contains(r.Notes, "an error is wrapped more than once, and is listed once") {
		t.Errorf("%v, %v, %q", r.Node.Line(0), err, r.Notes)
	}
	if most := 10 * len(all) * len(all); r.Cost.Entries > most {
		t.Errorf("%d entries were read, want at most %d", r.Cost.Entries, most)
	}
	want := "error: more than 1 MiB would be kept at 1:5; narrow it with filter(…) or take(…), let count, sum or reduce do the work, or raise the server's Limits.Bytes"
	if got := shown(t, NewSession(reg, Limits{Time: time.Hour, Bytes: 1 << 20}), "len(causes(failed))"); got != want {
		t.Error(got)
	}
}
