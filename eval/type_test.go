package eval

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math/big"
	"net/netip"
	"net/url"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	weight float32
	port   uint32
	// myErr is an error of an application.
	myErr struct{ Code int }
)

func (e *myErr) Error() string { return fmt.Sprint("code ", e.Code) }

// typed has a field for each way in which a type could be lost.
type typed struct {
	state    status
	age      uint32
	heat     float32
	weight   weight
	ports    []port
	anything []any
	err      error
	joined   error
	opened   error
	typedNil error
	noErr    error
	ref      *status
	noRef    *status
	hits     atomic.Int64
	held     atomic.Value
	big      big.Int
	addr     netip.Addr
	link     url.URL
	at       time.Time
	wait     time.Duration
	raw      []byte
	byID     map[port]status
	boxed    any
	inBox    any
	password any
	gauge    gauge
	pair     [2]uint8
	fn       func(int) error
}

func newTyped() *typed {
	s := status("up")
	inner := any(port(80))
	x := &typed{
		state: "up", age: 36, heat: 36.6, weight: 1.5, ports: []port{80, 443}, ref: &s,
		anything: []any{1, int8(1), uint32(1), float32(1), "a", s, nil, &s, myErr{1}, &myErr{2}, []byte("b"), map[string]any{}, time.Second, [2]uint8{1, 2}, struct{}{}},
		err:      &myErr{3}, joined: errors.Join(fs.ErrNotExist, errors.New("b")), opened: &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}, typedNil: (*myErr)(nil),
		addr: netip.MustParseAddr("10.1.2.3"), at: time.Unix(1e9, 0), wait: time.Minute, raw: []byte("raw"),
		byID: map[port]status{80: "up"}, boxed: s, inBox: &inner, password: s,
	}
	x.fn = func(int) error { return nil }
	x.hits.Store(5)
	x.held.Store(s)
	x.big.SetInt64(7)
	x.link.Host = "example.com"
	return x
}

// TestType asks for types in each way there is: type(x), the type of the answer x, and type behind a name, which
// say the same.
func TestType(t *testing.T) {
	files := map[string]*ast.File{}
	file, err := parser.ParseFile(token.NewFileSet(), "server.go", "package p; import \"fmt\"; var x = 1; func f() {}; type t int; func (t) g() {}; func h() {}", 0)
	if err != nil {
		t.Fatal(err)
	}
	files["server.go"] = file
	reg := registry.New()
	reg.Expose("x", newTyped(), registry.Frozen())
	reg.Expose("files", &files)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, tt := range []struct{ source, want string }{
		{`x`, "*eval.typed"}, {`x.state`, "eval.status"}, {`x.age`, "uint32"}, {`x.heat`, "float32"}, {`x.weight`, "eval.weight"},
		{`x.ports`, "[]eval.port"}, {`x.ports[0]`, "eval.port"}, {`x.ports[:1]`, "[]eval.port"}, {`x.anything`, "[]any"},
		{`x.err`, "*eval.myErr"}, {`x.err.Code`, "int"}, {`x.joined`, "*errors.joinError"}, {`x.opened`, "*fs.PathError"},
		{`x.typedNil`, "*eval.myErr"}, {`x.noErr`, "nil"}, {`x.ref`, "*eval.status"}, {`x.noRef`, "*eval.status"},
		{`x.hits`, "atomic.Int64"}, {`x.held`, "atomic.Value"}, {`x.big`, "big.Int"}, {`x.addr`, "netip.Addr"}, {`x.link`, "url.URL"},
		{`x.at`, "time.Time"}, {`x.wait`, "time.Duration"}, {`x.raw`, "[]byte"}, {`x.raw[0]`, "uint8"}, {`x.byID`, "map[eval.port]eval.status"},
		{`x.byID[80]`, "eval.status"}, {`x.boxed`, "eval.status"}, {`x.inBox`, "*any"}, {`x.gauge`, "eval.gauge"}, {`x.pair`, "[2]byte"},
		{`x.fn`, "func(int) error"}, {`first(x.ports)`, "int"}, {`x.state + "!"`, "string"}, {`x.age + 1`, "int"}, {`x.heat * 2`, "float32"},
		{`x?.state`, "eval.status"}, {`x["state"]`, "eval.status"}, {`[x.age][0]`, "int"}, {`map(x.ports, #)`, "[]any"}, {`{a: x.age}`, "map[string]any"},
		{`filter(x.byID, true)`, "map[eval.port]eval.status"}, {`snap(x).state`, "eval.status"}, {`snap(x).age`, "uint32"}, {`snap(x).anything[1]`, "int8"},
		{`files["server.go"].Decls[0]`, "*ast.GenDecl"}, {`files["server.go"].Decls[2]`, "*ast.FuncDecl"},
	} {
		r, err := s.Eval(t.Context(), tt.source)
		if err != nil || r.Type != tt.want {
			t.Errorf("the type of the answer %s: %s, %v, want %s", tt.source, r.Type, err, tt.want)
		}
		if got, err := answer(t, s, "type("+tt.source+")"); err != nil || got != tt.want {
			t.Errorf("type(%s): %v, %v, want %s", tt.source, got, err, tt.want)
		}
		if _, err := s.Eval(t.Context(), "kept = "+tt.source); err != nil {
			t.Fatal(err)
		}
		if tt.source == "x.noRef" {
			tt.want = "nil" // a name keeps no nil pointer, but nil
		}
		for _, name := range []string{"kept", "_"} {
			if got, err := answer(t, s, "type("+name+")"); err != nil || got != tt.want {
				t.Errorf("type(%s) of %s: %v, %v, want %s", name, tt.source, got, err, tt.want)
			}
			if _, err := s.Eval(t.Context(), tt.source); err != nil {
				t.Fatal(err)
			}
		}
	}
	for source, want := range map[string]any{
		`count(files["server.go"].Decls, type(#) == "*ast.FuncDecl")`: 3,
		`map(x.anything, type(#)) | join(" ")`:                        "int int8 uint32 float32 string eval.status nil *eval.status eval.myErr *eval.myErr []byte map[string]any time.Duration [2]byte struct {}",
		`map(x.anything, kind(#)) | join(" ")`:                        "int int int float string string nil string struct struct array map duration array struct",
		`map(x.byID, type(#key)) | join(" ")`:                         "eval.port",
		`map([x.state, x.heat], type(#)) | join(" ")`:                 "string float32",
		`type(x.state) == "eval.status" && kind(x.state) == "string"`: true,
		`kind(x.err)`: "struct", `kind(x.joined)`: "string", `kind(x.hits)`: "int", `kind(x.noErr)`: "nil", `kind(x.fn)`: "func", `kind(x.link)`: "string",
		`kind(x.password)`: nil, `type(x.password)`: nil, `type([x.password][0])`: nil,
	} {
		got, err := answer(t, s, source)
		if want == nil {
			if codeOfError(err) != "redacted" {
				t.Errorf("%s: %v, %v, want an error: it is redacted", source, got, err)
			}
		} else if err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", source, got, err, want)
		}
	}
	for source, want := range map[string]string{
		`freq(x.anything[:5], type(#))`: "value      count  percent\n" +
			`"float32"      1       20` + "\n" + `"int"          1       20` + "\n" + `"int8"         1       20` + "\n" + `"string"       1       20` + "\n" + `"uint32"       1       20`,
		`help(files["server.go"].Decls[0])`: `files["server.go"].Decls[0]   *ast.GenDecl
no lock found: read racily
.Doc      *ast.CommentGroup
.TokPos   token.Pos
.Tok      token.Token
.Lparen   token.Pos
.Specs    []ast.Spec
.Rparen   token.Pos
.End() token.Pos   not allowed; registry.Methods("*.Decls.*.End") would
.Pos() token.Pos   not allowed; registry.Methods("*.Decls.*.Pos") would`,
		`help(x.state)`:    "x.state   eval.status\nfrozen\nin expressions it is a string",
		`help(x.err)`:      "x.err   *eval.myErr\nfrozen\n.Code   int\n.Error() string   not allowed; registry.Methods(\"err.Error\") would",
		`help(x.typedNil)`: "x.typedNil   *eval.myErr\nit is nil now\n.Code   int",
		`help(x.noErr)`:    "x.noErr   error\nit is nil now",
		`help("a")`:        "string\nit is plain data",
	} {
		if got := strip(shown(t, s, source)); got != want {
			t.Errorf("%s: %s\nwant %s", source, got, want)
		}
	}
}

// strip removes the blanks at the ends of lines.
func strip(text string) string {
	return regexp.MustCompile(`(?m) +$`).ReplaceAllString(text, "")
}
