package access

import (
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// structInfo is what policy knows of a struct type.
type structInfo struct {
	*guard.Struct
	fields []redact.Field
}

// structs caches structOf. It grows with the types of the program, as reflect's own caches do.
var structs sync.Map // of reflect.Type to *structInfo

func structOf(t reflect.Type) *structInfo {
	if s, ok := structs.Load(t); ok {
		return s.(*structInfo)
	}
	s, _ := structs.LoadOrStore(t, &structInfo{guard.StructOf(t), redact.FieldsOf(t)})
	return s.(*structInfo)
}

// typeCache keeps the last answers about types: the elements of a walk are mostly of one type.
type typeCache struct {
	structType reflect.Type
	structInfo *structInfo
	elemType   reflect.Type
	elemKinds  secret.Kinds
	// The last name that was asked of a nil pointer, and whether it may be one of the type's.
	nilType reflect.Type
	nilName string
	named   bool
}

// mayName reports whether name may follow a dot behind a struct of type t: whether it is a field that
// is shown, or t is shown in another way than by its fields.
func (c *typeCache) mayName(o *Objects, t reflect.Type, name string) bool {
	if t != c.nilType || name != c.nilName {
		zero := zeroOf(t)
		_, lensed := o.lensOf(t)
		c.nilType, c.nilName = t, name
		if c.named = lensed || zero.Shape() != inspect.Struct; !c.named {
			named, ambiguous := structView{&View{val: zero}}.hasField(name)
			c.named = named || ambiguous != nil
		}
	}
	return c.named
}

// structOf is structOf of the package.
func (c *typeCache) structOf(t reflect.Type) *structInfo {
	if t != c.structType {
		c.structType, c.structInfo = t, structOf(t)
	}
	return c.structInfo
}

// secretKinds is redact.ByType.
func (c *typeCache) secretKinds(t reflect.Type) secret.Kinds {
	if t != c.elemType || t == nil {
		c.elemType, c.elemKinds = t, redact.ByType(t)
	}
	return c.elemKinds
}
