package main

import (
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// constants finds the constants of a package that are of its own integer types. It goes by the source
// alone, of all systems at once, and computes no values: these differ from one system to another.
type constants struct {
	dir      string
	types    map[string][]inFile[*ast.TypeSpec] // by name; a file for another system may declare the same one
	values   map[string]valued                  // of one of those with a name
	integers map[string]bool                    // by the names of types
	imported map[string]*types.Package          // nil where it cannot be
	from     types.ImporterFrom
}

// inFile is what stands in a file.
type inFile[T any] struct {
	it   T
	file *ast.File
}

// valued is a constant with the type and the value of its declaration, where typ is nil if it has none.
type valued struct {
	name       string
	typ, value ast.Expr
}

func newConstants(dir string) *constants {
	return &constants{
		dir: dir, types: map[string][]inFile[*ast.TypeSpec]{}, values: map[string]valued{},
		integers: map[string]bool{}, imported: map[string]*types.Package{},
	}
}

// add adds what f declares, and returns its constants.
func (c *constants) add(f *ast.File) (all []valued) {
	for _, d := range f.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		var last *ast.ValueSpec // which those without a value repeat
		for _, s := range group.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				c.types[s.Name.Name] = append(c.types[s.Name.Name], inFile[*ast.TypeSpec]{s, f})
			case *ast.ValueSpec:
				if group.Tok != token.CONST {
					continue
				}
				if s.Type != nil || len(s.Values) > 0 {
					last = s
				}
				for i, name := range s.Names {
					if name.Name == "_" || last == nil || i >= len(last.Values) {
						continue
					}
					v := valued{name.Name, last.Type, last.Values[i]}
					all, c.values[name.Name] = append(all, v), v
				}
			}
		}
	}
	return all
}

// typeOf returns the integer type of the package that a constant has, "" if it has no such type. All files
// were added.
func (c *constants) typeOf(of valued) string {
	var name string
	if of.typ != nil {
		name = c.own(of.typ)
	} else {
		name = c.typed(of.value, map[string]bool{of.name: true})
	}
	is, known := c.integers[name]
	if !known {
		is = name != "" && c.isInteger(ast.NewIdent(name), nil, 0)
		c.integers[name] = is
	}
	if !is {
		return ""
	}
	return name
}

// typed returns the type of the package that an expression has, "" if it has another one, or none. All
// operands of a constant expression that have a type have the same one, but for shifts.
func (c *constants) typed(x ast.Expr, met map[string]bool) string {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return c.typed(x.X, met)
	case *ast.UnaryExpr:
		return c.typed(x.X, met)
	case *ast.BinaryExpr:
		switch x.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return ""
		case token.SHL, token.SHR:
			return c.typed(x.X, met)
		}
		if name := c.typed(x.X, met); name != "" {
			return name
		}
		return c.typed(x.Y, met)
	case *ast.CallExpr:
		if name := c.own(x.Fun); name != "" {
			return name
		}
		if f, ok := x.Fun.(*ast.Ident); ok && (f.Name == "min" || f.Name == "max") {
			for _, arg := range x.Args {
				if name := c.typed(arg, met); name != "" {
					return name
				}
			}
		}
	case *ast.Ident:
		of := c.values[x.Name]
		switch {
		case met[x.Name]:
		case of.typ != nil:
			return c.own(of.typ)
		case of.value != nil:
			met[x.Name] = true
			return c.typed(of.value, met)
		}
	}
	return ""
}

// maxAliases bounds how many names of a type lead to another: a circle of them does not compile.
const maxAliases = 10

// own returns the type of the package that an expression names, "" if it does not.
func (c *constants) own(x ast.Expr) string {
	for range maxAliases {
		name, ok := ast.Unparen(x).(*ast.Ident)
		if !ok || len(c.types[name.Name]) == 0 {
			return ""
		}
		spec := c.types[name.Name][0].it
		if !spec.Assign.IsValid() {
			return name.Name
		}
		x = spec.Type
	}
	return ""
}

// isInteger reports whether an expression in f names an integer type, wherever it is built.
func (c *constants) isInteger(x ast.Expr, f *ast.File, depth int) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		if all := c.types[x.Name]; len(all) > 0 {
			return depth < maxAliases && !slices.ContainsFunc(all, func(of inFile[*ast.TypeSpec]) bool {
				return of.it.TypeParams != nil || !c.isInteger(of.it.Type, of.file, depth+1)
			})
		}
		t := types.Universe.Lookup(x.Name)
		return t != nil && isInteger(t)
	case *ast.SelectorExpr:
		if pkg, ok := x.X.(*ast.Ident); ok {
			if pkg.Name == "C" {
				return slices.Contains(integersOfC, x.Sel.Name)
			}
			if t := c.lookup(pkg.Name, x.Sel.Name, f); t != nil {
				return isInteger(t)
			}
		}
	}
	return false
}

// integersOfC are the names that cgo has for the integer types of C. What others are only cgo knows.
var integersOfC = strings.Fields("char schar uchar short ushort int uint long ulong longlong ulonglong size_t ssize_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t")

func isInteger(o types.Object) bool {
	name, ok := o.(*types.TypeName)
	if !ok {
		return false
	}
	basic, ok := name.Type().Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

// lookup returns what a name of an imported package stands for in f, nil if it cannot be found.
func (c *constants) lookup(pkg, name string, f *ast.File) types.Object {
	for _, imp := range f.Imports {
		at, err := strconv.Unquote(imp.Path.Value)
		if err != nil || at == "C" || imp.Name != nil && imp.Name.Name != pkg || imp.Name == nil && !strings.Contains(at, pkg) {
			continue
		}
		if p := c.importOf(at); p != nil && (imp.Name != nil || p.Name() == pkg) {
			return p.Scope().Lookup(name)
		}
	}
	return nil
}

// importOf returns the package with that import path, from its source, nil if that cannot be had.
func (c *constants) importOf(at string) *types.Package {
	p, ok := c.imported[at]
	if !ok {
		if c.from == nil {
			c.from = importer.ForCompiler(token.NewFileSet(), "source", nil).(types.ImporterFrom)
		}
		p, _ = c.from.ImportFrom(at, c.dir, 0)
		c.imported[at] = p
	}
	return p
}
