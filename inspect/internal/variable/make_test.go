//go:build linux

package variable_test

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/rig"
)

// dropped is a program with variables of types that nothing puts into an interface, so that the linker
// drops what it knows of them. It prints where each variable lies and what lies where in it, and fails
// if that is not where the variable is.
const dropped = `package main

import (
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

type (
	row      struct { a int16; Combination string ` + "`inspect:\"secret\"`" + `; gone string ` + "`inspect:\"-\"`" + `; next *row }
	rows     []row
	number   uint16
	APIToken string
	chain    struct { more []chain; by map[string]*chain }
	hook     func(*state, ...string) (bool, error)
	state    struct { hook hook; b bool }
	ping     struct { to []pong; n int }
	pong     struct { to []ping; k int8 }
	pair[K any, V any] struct { k K; v V }
)

var (
	one    = row{1, "a", "b", nil}
	list   = rows{{1, "a", "b", nil}}
	array  [3]row
	number1 number = 7
	token  = APIToken("t")
	tokens = []APIToken{"t"}
	links  chain
	hooked state
	hooks  [2]hook
	plain  = struct { b bool; n uint64; s []struct{ x, y int8 } }{true, 1, nil}
	tagged = struct { b bool ` + "`json:\"b;}{\" inspect:\"secret\"`" + `; gone string ` + "`inspect:\"-\"`" + `; n uint32 }{true, "g", 1}
	around = struct { b bool; row row; n uint32; pair[int8, row] }{b: true}
	send   chan<- row
	iface  interface{ M(row) }
	hits   atomic.Int64
	last   atomic.Pointer[row]
	failed atomic.Pointer[url.Error]
	cache  struct { sync.Mutex; at time.Time; m map[string]row }
	both   pair[uint8, struct{ f float64; c complex64 }]
	narrow = [5]pair[int8, int16]{}
	pings  ping
	pongs  pong
)

func main() {
	addresses := map[string]uintptr{}
	for name, p := range map[string]any{"number1": (*uint16)(&number1), "token": (*string)(&token), "hits": &hits} {
		addresses[name] = reflect.ValueOf(p).Pointer()
	}
	found, err := inspect.Variables(inspect.VariableOptions{Symbols: os.Getenv("SYMBOLS"), Untagged: func(string) bool { return os.Getenv("UNTAGGED") != "" }}, func(pkg string) bool { return pkg == "main" })
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	for _, v := range found.Variables {
		if v.Pointer == nil {
			fmt.Printf("%s: %s\n", v.Name, v.Why)
			continue
		}
		p := reflect.ValueOf(v.Pointer)
		if a := addresses[v.Name]; a != 0 && a != p.Pointer() {
			fmt.Printf("%s: it lies at %#x, and was found at %#x\n", v.Name, a, p.Pointer())
		}
		fmt.Printf("type %s %s %q%q\n", v.Name, inspect.TypeName(p.Type().Elem()), v.Sealed, v.Unfollowed)
		layout(v.Name, p.Type().Elem())
		if t := p.Type().Elem(); os.Getenv("UNTAGGED") != "" && (v.Name == "pings" || v.Name == "pongs") {
			fmt.Printf("fields %s %d\n", v.Name, t.Field(0).Type.Elem().NumField())
		}
	}
	if len(os.Args) > 100 { // what follows keeps the variables
		fmt.Println(one.a, len(list), array[1].a, tagged.n, around.n, send == nil, iface == nil, hits.Load(), last.Load() == nil, failed.Load() == nil, cache.at)
		fmt.Println(len(links.more), hooked.b, hooks[1] == nil, plain.n, both.k, narrow[1].k, len(tokens), strings.ToLower(string(token)))
		println(token, number1, pings.n, pongs.k)
	}
}

func layout(path string, t reflect.Type) {
	fmt.Printf("layout %s %d\n", path, t.Size())
	switch {
	case t.Kind() == reflect.Array:
		layout(path+"[]", t.Elem())
	case t.Kind() == reflect.Struct && t.PkgPath() != "time" && !strings.HasPrefix(t.PkgPath(), "sync"):
		for i := range t.NumField() {
			f := t.Field(i)
			fmt.Printf("offset %s.%s %d\n", path, f.Name, f.Offset)
			layout(path+"."+f.Name, f.Type)
		}
	}
}
`

// attrGoKind is what Go adds to DWARF: the kind of a type.
const attrGoKind dwarf.Attr = 0x2900

// oracle has the sizes and offsets that the debug information of a binary says.
type oracle struct {
	info  *dwarf.Data
	lines map[string]string
}

func (o *oracle) entry(off dwarf.Offset) (e *dwarf.Entry, below []*dwarf.Entry) {
	r := o.info.Reader()
	r.Seek(off)
	e, _ = r.Next()
	for e.Children {
		child, err := r.Next()
		if err != nil || child.Tag == 0 {
			break
		}
		below = append(below, child)
		if child.Children {
			r.SkipChildren()
		}
	}
	return e, below
}

// layout adds what is at path, of the type at off, and returns its size.
func (o *oracle) layout(path string, off dwarf.Offset) int64 {
	e, below := o.entry(off)
	name, _ := e.Val(dwarf.AttrName).(string)
	to, leads := e.Val(dwarf.AttrType).(dwarf.Offset)
	kind, _ := e.Val(attrGoKind).(int64)
	size, sized := e.Val(dwarf.AttrByteSize).(int64)
	switch {
	case e.Tag == dwarf.TagTypedef && leads:
		size = o.layout(path, to)
	case e.Tag == dwarf.TagArrayType:
		n, _ := below[0].Val(dwarf.AttrCount).(int64)
		if each := o.layout(path+"[]", to); !sized {
			size = n * each
		}
	case !sized:
		size = strconv.IntSize / 8 // a pointer
	case kind == 25 && !strings.HasPrefix(name, "sync") && !strings.HasPrefix(name, "time."):
		for _, f := range below {
			fieldName, _ := f.Val(dwarf.AttrName).(string)
			at, _ := f.Val(dwarf.AttrDataMemberLoc).(int64)
			typ, _ := f.Val(dwarf.AttrType).(dwarf.Offset)
			o.lines["offset "+path+"."+fieldName] = fmt.Sprint(at)
			o.layout(path+"."+fieldName, typ)
		}
	}
	o.lines["layout "+path] = fmt.Sprint(size)
	return size
}

// readOracle reads the debug information of the variables of a program, and where each is.
func readOracle(t *testing.T, file string) map[string]string {
	t.Helper()
	f, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o := &oracle{lines: map[string]string{}}
	if o.info, err = f.DWARF(); err != nil {
		t.Fatal(err)
	}
	r := o.info.Reader()
	for {
		e, err := r.Next()
		if e == nil || err != nil {
			break
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		if name, ok := strings.CutPrefix(name, "main."); ok && e.Tag == dwarf.TagVariable && !strings.ContainsAny(name, ".·") {
			o.layout(name, e.Val(dwarf.AttrType).(dwarf.Offset))
		}
	}
	return o.lines
}

// run returns what the program prints, in lines.
func run(t *testing.T, program string, env ...string) []string {
	t.Helper()
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// TestMade: types that the binary does not describe are made, with each size and offset as the debug
// information has it, and show nothing of a field whose tag nobody knows. With Untagged they show all.
func TestMade(t *testing.T) {
	for _, flags := range []string{"", "-buildmode=pie", "-race"} {
		t.Run(flags, func(t *testing.T) {
			if flags != "" && !attack.Long() {
				t.Skip("it builds the standard library anew; .ci/run does it")
			}
			program := rig.Build(t, "made", dropped, strings.Fields(flags)...)
			testMade(t, program, program)
			if flags == "" {
				binary, err := os.ReadFile(program)
				if err != nil {
					t.Fatal(err)
				}
				testMade(t, stripped(t, binary, nil), program, "SYMBOLS="+program)
			}
		})
	}
}

func testMade(t *testing.T, program, symbols string, env ...string) {
	oracle := readOracle(t, symbols)
	for _, untagged := range []bool{false, true} {
		types, compared, followed := map[string]string{}, 0, 0
		if untagged {
			env = append(env, "UNTAGGED=1")
		}
		for _, line := range run(t, program, env...) {
			kind, rest, _ := strings.Cut(line, " ")
			at := strings.LastIndexByte(rest, ' ')
			switch {
			case kind == "type":
				name, typ, _ := strings.Cut(rest, " ")
				types[name] = typ
			case kind == "fields":
				// Each leads to the other, and is followed so far, whichever was made before.
				if rest != "pings 2" && rest != "pongs 2" {
					t.Error(line)
				}
				followed++
			case kind != "layout" && kind != "offset" || at < 0:
				t.Error(line)
			case strings.Contains(rest, ".unknownTags") || strings.Contains(rest, ".secret"):
			default:
				if want := oracle[kind+" "+rest[:at]]; want != rest[at+1:] {
					t.Errorf("%s, and the debug information has %q", line, want)
				}
				compared++
			}
		}
		want := map[string]string{
			"one": `main.row "main.row"`, "list": `[]main.row "main.row"`, "array": `[3]main.row "main.row"`,
			"token": `main.APIToken ""`, "tokens": `[]main.APIToken ""`, "number1": `uint16 ""`,
			"tagged": `struct { b bool; n uint32 } ""`, "plain": `struct { b bool; n uint64; s []struct { x int8; y int8 } } ""`,
			"hits": `atomic.Int64 ""`, "last": `*main.row "main.row"`, "failed": `*url.Error ""`, "send": `chan<- main.row "main.row"`,
			"hooked": `main.state "main.state"`, "hooks": `[2]func(*main.state, ...string) (bool, error) ""`,
			"links": `main.chain "main.chain"`, "cache": `struct { sync.Mutex; at time.Time; m map[string]main.row } "main.row"`,
			"around": `struct { b bool; row main.row; n uint32; main.pair[int8,main.row] } "main.row"`,
			"narrow": `[5]main.pair[int8,int16] "main.pair[int8,int16]"`,
		}
		if strings.Contains(t.Name(), "-race") {
			clear(want) // the binary has more descriptors then
		}
		itself := map[string]string{"links": "main.chain"}
		for _, name := range []string{"one", "list", "array", "last", "send", "cache", "around"} {
			itself[name] = "main.row"
		}
		for name, w := range want {
			if untagged {
				w = w[:strings.IndexByte(w, '"')] + `""` + strconv.Quote(itself[name])
			} else {
				w += `""` // nothing of it is shown
			}
			if types[name] != w {
				t.Errorf("untagged %t: the type of %s is %s, want %s", untagged, name, types[name], w)
			}
		}
		if untagged && followed != 2 {
			t.Errorf("%d types that lead to each other", followed)
		}
		if len(types) < 20 || compared < 40 {
			t.Errorf("untagged %t: %d variables, %d sizes and offsets compared; their types are %s", untagged, len(types), compared, slices.Sorted(maps.Keys(types)))
		}
	}
}

// TestMadeOtherwise: a type that was made otherwise than the debug information says is refused, with
// the difference. The debug information is changed for that.
func TestMadeOtherwise(t *testing.T) {
	program := rig.Build(t, "made", dropped, "-ldflags=-compressdwarf=false")
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	section := f.Section(".debug_info")
	n := reflect.TypeFor[uint64]().Align() // where a uint64 behind a bool lies
	for _, tt := range []struct{ about, variable, in, field, want string }{
		{"an offset", "plain", "struct { main.b bool; main.n uint64; ", "n", fmt.Sprintf("plain: the field n of a struct { main.b bool; main.n uint64; main.s []struct { main.x int8; main.y int8 } } lies at %d, and was made at %d", n+1, n)},
		{"a size", "both", "struct { main.f float64; ", "", "both: a struct { main.f float64; main.c complex64 } has 17 bytes, and was made with 16"},
	} {
		b := bytes.Clone(binary)
		changed := false
		in := false
		for r := info.Reader(); ; {
			e, err := r.Next()
			if e == nil || err != nil {
				break
			}
			name, _ := e.Val(dwarf.AttrName).(string)
			if e.Tag == dwarf.TagStructType {
				in = strings.HasPrefix(name, tt.in)
			}
			if in && (e.Tag == dwarf.TagStructType && tt.field == "" || e.Tag == dwarf.TagMember && name == tt.field) {
				// The offset or the size follows the name.
				at := int(section.Offset) + int(e.Offset)
				at += bytes.Index(b[at:], append([]byte(name), 0)) + len(name) + 1
				b[at]++
				changed = true
				break
			}
		}
		if !changed {
			t.Fatalf("%s: the debug information does not have it", tt.about)
		}
		file := filepath.Join(t.TempDir(), "changed")
		if err := os.WriteFile(file, b, 0o700); err != nil {
			t.Fatal(err)
		}
		if lines := run(t, file, "UNTAGGED=1"); !slices.Contains(lines, tt.want) {
			t.Errorf("%s: nothing says %q:\n%s", tt.about, tt.want, strings.Join(lines, "\n"))
		}
	}
}
