package access

import (
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
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
