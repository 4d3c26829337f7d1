package access

import (
	"reflect"
	"sync"

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
