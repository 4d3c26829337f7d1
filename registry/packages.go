package registry

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Packages exposes on [Default] the package variables of the packages that pattern names: an import
// path, "main" for the program itself, or a path that ends in "/..." for all packages below it, as
// the go command has it. [PackagesIn] has the rest.
func Packages(pattern string, opts ...Option) { PackagesIn(Default, pattern, opts...) }

// PackagesIn exposes the package variables of the packages that pattern names, without a word from
// these packages: main.limit, store.index. A package goes by its name, or by its path with underscores if
// two share that; the expression pkg("github.com/acme/store") is both.
//
// The debug information of the binary says where the variables lie, so there are none if it was left
// out (go run, -ldflags=-s or -w), unless [Symbols] names a file that has it, and on other systems than Linux;
// their names then lead to an error that says so. It is read when somebody first looks at what is
// exposed, for some 150 ms of a binary of 20 MB, and not before, as a part of that look, which can be
// cancelled; once nobody has looked for a quarter of an hour, what was found is dropped, and read again
// on the next look. What cannot be read has a name, and an error that says why.
//
// The linker drops what it knows of a type that nothing puts into an interface. Such a type is made of
// what the debug information says of it. That lacks the tags of fields: a struct that has a name shows
// none of its fields then, unless it is of the standard library. [Untagged] says that there is nothing
// to hide, and exposing the variable by itself keeps its type in the binary. Nor is there more to see of
// such a type where it leads to itself, as the next of a list does, than notFollowed.
//
// The same pass finds the constants that these packages declare of their own integer types: a value of
// such a type is shown with its name, and a name stands for it in expressions, as [Names] has it.
//
// The application has promised nothing about these variables, and may overwrite any of them as a whole.
// So no lock in them is taken unless [Guard] or [GuardBy] says so, and what is wider than a word is
// marked as racy. Secrets are hidden by name and look as elsewhere. Hide names variables, and what lies
// below them, with their package: "store.key", "store.index.*.Token", "*.key"; a package alone is
// hidden whole, and what one call hides is hidden, from the next look on, where the patterns of other
// calls name it too. The other options are about each of the variables. What is exposed by itself under
// the name of one stays, and a name that was withdrawn stays away, whichever call names it. PackagesIn
// panics if the options contradict each other.
//
// It is no method of Registry, as [Runtime] is none.
func PackagesIn(r *Registry, pattern string, opts ...Option) {
	o := collect("Packages", pattern, opts)
	if o.chosen == "" && o.declared.LockNames == nil {
		o.declared.Unlocked = true
	}
	p := &packages{pattern: pattern, options: o}
	r.packages.add(p)
	r.objects.Later(func(into *access.Objects, step func() error) error {
		read, err := r.packages.take(p, step)
		if err == nil {
			exposeVariables(into, p, read)
		}
		return err
	})
	if len(o.declared.Hide) > 0 {
		r.objects.Drop() // what other calls have exposed may be hidden by now
	}
}

// packages are those of one call of PackagesIn.
type packages struct {
	pattern string
	*options
}

// symbolsFile returns the file that may have the debug information, "" for none.
func (p *packages) symbolsFile() string { return cmp.Or(p.symbols, os.Getenv(symbolsVariable)) }

// has reports whether a package is one of them.
func (p *packages) has(pkg string) bool { return access.MatchesPackage(p.pattern, pkg) }

// allPackages are those of one registry. The debug information is read once for all that have it in the
// same file, and what is read is kept until each has taken its part.
type allPackages struct {
	mu  sync.Mutex
	all []*packages // guarded by mu; it only grows

	reading sync.Mutex                 // guards what follows, and is held while the debug information is read
	ready   map[*packages]readPackages // was read, and waits to be taken
	taken   map[*packages]bool
	names   map[string]string // of packages, by their paths
	paths   map[string]string // of packages, by their names
}

// readPackages is what was read for a call of PackagesIn, or why nothing was.
type readPackages struct {
	variables []inspect.Variable
	constants []*inspect.Constants
	names     map[string]string // of the packages, by their paths
	all       []*packages       // of the registry
	linked    []string          // the paths of all packages of the program
	err       error
}

// add does not wait while the debug information is read: the application calls it.
func (a *allPackages) add(p *packages) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(a.all, p)
}

// calls returns those that were added so far.
func (a *allPackages) calls() []*packages {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all
}

// take returns what was read for p, and reads it before if it must. Its error is that of step.
func (a *allPackages) take(p *packages, step func() error) (readPackages, error) {
	a.reading.Lock()
	defer a.reading.Unlock()
	if a.taken[p] {
		a.taken = nil // it was dropped, and the others with it
	}
	if _, ok := a.ready[p]; !ok {
		if err := a.read(p.symbolsFile(), step); err != nil {
			return readPackages{}, err
		}
	}
	read := a.ready[p]
	delete(a.ready, p)
	if a.taken == nil {
		a.taken = map[*packages]bool{}
	}
	a.taken[p] = true
	return read, nil
}

// read reads the debug information for all that have it in the same file, and wait for it. Its error is
// that of step: nothing was read then.
func (a *allPackages) read(symbols string, step func() error) error {
	var of []*packages
	all := a.calls()
	for _, p := range all {
		if p.symbolsFile() == symbols && !a.taken[p] {
			of = append(of, p)
		}
	}
	var ended error
	found, err := inspect.Variables(inspect.VariableOptions{
		Symbols: symbols,
		Step:    func() error { ended = step(); return ended },
		Untagged: func(pkg string) bool {
			return slices.ContainsFunc(all, func(p *packages) bool { return p.untagged && p.has(pkg) })
		},
	}, func(pkg string) bool { return slices.ContainsFunc(of, func(p *packages) bool { return p.has(pkg) }) })
	if ended != nil {
		return ended
	}
	if a.ready == nil {
		a.ready = map[*packages]readPackages{}
	}
	for _, p := range of {
		own := readPackages{names: map[string]string{}, all: all, linked: found.Packages, err: err}
		for _, v := range found.Variables {
			if p.has(v.Package) {
				own.names[v.Package] = a.name(v.Package, v.PackageName)
				own.variables = append(own.variables, v)
			}
		}
		for _, c := range found.Constants {
			if p.has(c.Type().PkgPath()) {
				own.constants = append(own.constants, c)
			}
		}
		a.ready[p] = own
	}
	return nil
}

// symbolsVariable is the variable of the environment that names the file of Symbols.
const symbolsVariable = "SIGHTGLASS_SYMBOLS"

// Symbols names a file that has the debug information of the binary, for [Packages] in a binary that has
// none: the one that go build wrote, before it was stripped. It is opened when somebody first looks, and
// must come from the same run of the linker: its build ID and all of its code are compared, and a file
// that differs is an error that says how. Without this option the variable SIGHTGLASS_SYMBOLS of the
// environment names it. Debug information in the binary itself goes before.
func Symbols(file string) Option { return func(o *options) { o.symbols = file } }

// Untagged says that no struct type of the packages that [Packages] names has a field with the tag
// `inspect:"-"` or `inspect:"secret"`. Then the fields of structs are shown, under the rules for names
// and looks, of which the binary does not have the tags. Without this option nothing is shown of them.
func Untagged() Option { return func(o *options) { o.untagged = true } }

// name returns by which name the package with a path goes, which stays the same. Its own name is short.
func (a *allPackages) name(pkg, short string) string {
	if a.names == nil {
		a.names, a.paths = map[string]string{}, map[string]string{}
	}
	if a.names[pkg] == "" {
		name := identifier(cmp.Or(short, access.PackageName(pkg)))
		if a.paths[name] != "" {
			name = identifier(pkg)
		}
		a.names[pkg], a.paths[name] = name, pkg
	}
	return a.names[pkg]
}

// hide returns the patterns of Hide of each call that names the package.
func (r readPackages) hide(pkg string) (patterns []string) {
	for _, p := range r.all {
		if p.has(pkg) {
			patterns = append(patterns, p.declared.Hide...)
		}
	}
	return patterns
}

func exposeVariables(into *access.Objects, p *packages, read readPackages) {
	fail := func(name, what, pkg string, why error) {
		err := &access.UnreadError{What: what, Err: why}
		_ = into.ExposeError(name, err, access.Options{Doc: err.Error(), Package: pkg})
	}
	why := read.err
	if why == nil && len(read.variables) == 0 {
		why = p.nothing(read.linked)
	}
	named := slices.DeleteFunc(slices.Clone(read.linked), func(pkg string) bool { return !p.has(pkg) })
	into.AddPackages(access.Packages{Pattern: p.pattern, Why: why, Linked: named})
	if why != nil {
		what := "the variables of package " + p.pattern
		if below, ok := strings.CutSuffix(p.pattern, "/..."); ok {
			what = "the variables of the packages below " + below
		}
		fail(identifier(access.PackageName(strings.TrimSuffix(p.pattern, "/..."))), what, "", why)
		return
	}
	for _, c := range read.constants {
		into.SetConstants(c, access.ByBinary)
	}
	for _, v := range read.variables {
		full := read.names[v.Package] + "." + v.Name
		declared := p.declared
		declared.Package, declared.Hide = v.Package, nil
		hidden := false
		for _, h := range read.hide(v.Package) {
			switch below, ok := hides(h, v); {
			case ok && below == "":
				hidden = true
			case ok:
				declared.Hide = append(declared.Hide, below)
			}
		}
		switch {
		case hidden:
		case v.Pointer == nil:
			fail(full, full, v.Package, errors.New(v.Why))
		default:
			if v.Sealed != "" {
				declared.Doc = cmp.Or(declared.Doc, "fields of "+v.Sealed+" are hidden, as the binary lacks their tags: say registry.Untagged, or Expose this variable")
			}
			if v.Unfollowed != "" {
				declared.Doc = cmp.Or(declared.Doc, "pointers to "+v.Unfollowed+" are not followed further, as the linker dropped that type: Expose this variable")
			}
			if len(v.Names) > 0 {
				declared.Constants, _ = inspect.NewConstants(reflect.TypeOf(v.Pointer).Elem(), v.Names)
			}
			_ = into.Expose(full, v.Pointer, declared) // a name like _ cannot be typed
		}
	}
}

// nothing is why the program has no variables of p, where it has the packages that are linked.
func (p *packages) nothing(linked []string) error {
	if slices.ContainsFunc(linked, p.has) {
		return fmt.Errorf("there are none that the program uses, and the linker drops all others; see with go doc whether %s has variables", strings.TrimSuffix(p.pattern, "/..."))
	}
	if near := text.Near(p.pattern, linked); near != "" {
		return fmt.Errorf("the program has no such package; did the call of registry.Packages mean %q?", near)
	}
	if !strings.HasSuffix(p.pattern, "/...") && slices.ContainsFunc(linked, func(pkg string) bool { return access.MatchesPackage(p.pattern+"/...", pkg) }) {
		return fmt.Errorf("the program has no such package; for those below it the application calls registry.Packages(%q)", p.pattern+"/...")
	}
	return errors.New("the program has no such package; correct the import path in the call of registry.Packages, or remove the call")
}

// hides reports whether a pattern of Hide is about the variable, and returns its steps below that; there
// are none if it hides all of it. A package is meant by each of its names, as it depends on the other
// packages by which of them it goes, by the end of its path, and by its path.
func hides(pattern string, v inspect.Variable) (below string, ok bool) {
	step, rest, _ := strings.Cut(pattern, ".")
	names := []string{v.PackageName, access.PackageName(v.Package), identifier(path.Base(v.Package)), identifier(v.Package)}
	if tail, is := strings.CutPrefix(pattern, v.Package); is && (tail == "" || tail[0] == '.') {
		step, rest = v.Package, strings.TrimPrefix(tail, ".")
	} else if !slices.ContainsFunc(names, func(name string) bool { return name != "" && like(step, name) }) {
		return "", false
	}
	if rest == "" {
		return "", true
	}
	step, rest, _ = strings.Cut(rest, ".")
	return rest, like(step, v.Name)
}

// like reports whether a step of a pattern, in which * stands for any characters, is about an
// identifier.
func like(step, identifier string) bool {
	ok, err := path.Match(step, identifier)
	return ok || err != nil
}

// identifier makes an import path an identifier.
func identifier(path string) string {
	out := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, path)
	if out == "" || unicode.IsDigit([]rune(out)[0]) {
		out = "_" + out
	}
	return out
}
