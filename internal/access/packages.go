package access

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// packages are those whose variables are exposed, or were to be. The zero packages are none.
type packages struct{ named []Packages }

// Packages are those that one pattern names.
type Packages struct {
	Pattern string
	Why     error    // why none of their variables can be read; nil if some can
	Linked  []string // the import paths of those that the program has; none if that is not known
}

// MatchesPackage reports whether pattern names the package: by its import path, or as one below a
// path that ends in "/...".
func MatchesPackage(pattern, pkg string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == below || strings.HasPrefix(pkg, below+"/")
	}
	return pkg == pattern
}

// PackageName guesses the name of the package with that import path: the last part of it that is no
// version.
func PackageName(pkg string) string {
	name := path.Base(pkg)
	if isVersion(name) && path.Dir(pkg) != "." {
		name = path.Base(path.Dir(pkg))
	}
	if short, version, ok := strings.Cut(name, ".v"); ok && isVersion("v"+version) {
		name = short // as in gopkg.in/yaml.v3
	}
	return name
}

// isVersion reports whether part of an import path is the major version of a module.
func isVersion(part string) bool {
	digits, ok := strings.CutPrefix(part, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// AddPackages notes which packages are exposed, for the errors of who looks for others.
func (o *Objects) AddPackages(p Packages) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.packages.add(p)
}

func (p *packages) add(more ...Packages) { p.named = append(p.named, more...) }

// PackageError says that no variable of a package is exposed.
type PackageError struct {
	Path string // the import path
	Why  string
	Next string // what to do about it, or the path that was probably meant
}

func (e *PackageError) Error() string {
	s := "no variable of package " + strconv.Quote(e.Path) + " is exposed"
	if e.Why != "" {
		s += ": " + e.Why
	}
	return s + "; " + e.Next
}

// Package returns the name by which the package of an import path goes, if variables of it are
// exposed, or else a *PackageError.
func (vis *Visit) Package(pkg string) (name string, err error) {
	var paths []string
	space, spaced := PackageName(pkg), false
	for _, e := range vis.objects.list(vis.rlock) {
		if err := vis.meter.work(1); err != nil {
			return "", err
		}
		if e.pkg == pkg {
			name, _, _ = strings.Cut(e.name, ".")
			return name, nil
		}
		if e.pkg != "" {
			paths = append(paths, e.pkg)
		} else if strings.HasPrefix(e.name, space+".") {
			spaced = true
		}
	}
	vis.rlock()
	p := vis.objects.packages
	vis.objects.mu.RUnlock()
	if vis.meter.failed != nil {
		return "", vis.meter.failed
	}
	missing := p.missing(pkg, paths)
	if spaced {
		missing.Next += "; dir(" + space + ") lists what is exposed under such names by itself"
	}
	return "", missing
}

// missing is the error for a package of which nothing is exposed, while variables of those with the
// given paths are.
func (p packages) missing(pkg string, exposed []string) *PackageError {
	e := &PackageError{Path: pkg}
	for _, n := range p.named {
		if n.Why != nil && MatchesPackage(n.Pattern, pkg) {
			e.Why, e.Next, _ = strings.Cut(n.Why.Error(), "; ")
			if e.Next == "" {
				e.Next = "a file that sightglass vars writes exposes them without debug information"
			}
			return e
		}
	}
	// Of a package that nobody has named nothing is told, not even whether the program has it.
	isNamed := slices.ContainsFunc(p.named, func(n Packages) bool { return MatchesPackage(n.Pattern, pkg) })
	isLinked := slices.ContainsFunc(p.named, func(n Packages) bool { return slices.Contains(n.Linked, pkg) })
	switch near := nearPackage(pkg, exposed); {
	case len(p.named) == 0:
		e.Next = call(pkg)
	case isLinked:
		e.Why, e.Next = "it has none, or all are hidden", "the linker drops what the program does not use"
	case near != "":
		e.Next = "did you mean " + strconv.Quote(near) + "?"
	case isNamed:
		e.Why, e.Next = "the program has no such package", "$env has those that are exposed"
	default:
		e.Why, e.Next = "the application does not name it", call(pkg)
	}
	return e
}

// nearPackage returns the one of paths that was probably meant by pkg, "" if none was: its name alone was
// typed, or one element of the path is misspelled. Whole paths are mostly near for what they begin with.
func nearPackage(pkg string, paths []string) string {
	elements := strings.Split(pkg, "/")
	for _, p := range paths {
		if len(elements) == 1 && PackageName(p) == pkg {
			return p
		}
		others := strings.Split(p, "/")
		if len(others) != len(elements) {
			continue
		}
		differ := 0
		for i, other := range others {
			switch {
			case other == elements[i]:
			case text.Near(elements[i], []string{other}) != "":
				differ++
			default:
				differ = len(others) + 1
			}
		}
		if differ == 1 {
			return p
		}
	}
	return ""
}

// call tells how an application exposes the variables of a package.
func call(pkg string) string {
	return "registry.Packages(" + strconv.Quote(pkg) + ") in the application exposes its variables"
}

// PackageHint says what is known of packages that were to be exposed under names that nobody knows: ""
// if there are none.
func (vis *Visit) PackageHint() string {
	vis.rlock()
	p := vis.objects.packages
	vis.objects.mu.RUnlock()
	for _, n := range p.named {
		// The variables of a single package have a name that says why. Those of packages below it have not.
		if below, ok := strings.CutSuffix(n.Pattern, "/..."); ok && n.Why != nil {
			why, _, _ := strings.Cut(n.Why.Error(), "; ")
			return fmt.Sprintf("dir() lists what there is: without the variables of the packages below %s, as %s", below, why)
		}
	}
	return ""
}

// PackageOf returns the import path of the package whose variables have names that begin with name and
// a dot, "" if there is none.
func (vis *Visit) PackageOf(name string) string {
	vis.rlock()
	defer vis.objects.mu.RUnlock()
	for _, e := range vis.objects.entries {
		if e.pkg != "" && strings.HasPrefix(e.name, name) && strings.HasPrefix(e.name[len(name):], ".") {
			return e.pkg
		}
	}
	return ""
}
