package inspect

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestSelectors asks for each name in each struct of selector_types_test.go, and compares with what
// Go's type checker says of the selector.
func TestSelectors(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "selector_types_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := new(types.Config).Check("inspect", fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[selA](), reflect.TypeFor[selC](), reflect.TypeFor[selPtr](), reflect.TypeFor[selSelf](), reflect.TypeFor[selN](), reflect.TypeFor[selOver](),
		reflect.TypeFor[selAB](), reflect.TypeFor[selAB3](), reflect.TypeFor[selDeep](), reflect.TypeFor[selTwice](), reflect.TypeFor[selUneven](),
		reflect.TypeFor[selFieldMethod](), reflect.TypeFor[selFieldDeepMethod](), reflect.TypeFor[selMethodShallow](), reflect.TypeFor[selFieldInterface](),
		reflect.TypeFor[selFieldNumber](), reflect.TypeFor[selTwoMethods](), reflect.TypeFor[selOverridden](), reflect.TypeFor[selOwn](),
		reflect.TypeFor[selOwnMethod](), reflect.TypeFor[selPointers](), reflect.TypeFor[selMixed](), reflect.TypeFor[selBelow](),
	} {
		for _, name := range []string{"ID", "Name", "name", "own", "other", "Value", "selA", "selB", "selC", "selM", "nix"} {
			obj, at, _ := types.LookupFieldOrMethod(pkg.Scope().Lookup(typ.Name()).Type(), true, pkg, name)
			want := ""
			switch obj.(type) {
			case *types.Var:
				want = fmt.Sprint("field ", at)
			case *types.Func:
				want = "method"
			case nil:
				if want = "nothing"; at != nil {
					want = "ambiguous"
				}
			}
			v := Value{typ: typ}
			index, ok := v.FindField(name)
			fields, methods := v.Rivals(name)
			got := "nothing"
			switch {
			case ok:
				got = fmt.Sprint("field ", index)
			case slices.ContainsFunc(methods, func(m []int) bool { return len(m) == 0 }):
				got = "method"
			case len(fields)+len(methods) > 1:
				got = "ambiguous"
			case len(fields)+len(methods) == 1:
				got = "one alone"
			}
			// Where no field has the name, Rivals says nothing of methods.
			if got != want && !(got == "nothing" && (want == "method" || want == "ambiguous" && fields == nil)) {
				t.Errorf("%v.%s: %s (%v, %v), want %s", typ, name, got, fields, methods, want)
			}
			count[strings.Fields(want)[0]]++
			if listed := slices.Contains(v.FieldNames(), name); listed != (ok || fields != nil) {
				t.Errorf("%v.%s: it is listed: %v", typ, name, listed)
			}
		}
	}
	if count["field"] < 50 || count["ambiguous"] < 15 || count["method"] < 8 {
		t.Errorf("too few of a kind: %v", count)
	}
}
