package peek

import "unsafe"

// layout says where the runtime keeps the fields that this package reads, as offsets in bytes. Each
// is proved before it is believed (see proveMaps, types.prove, proveChans, proveWaiting), so a Go release that
// moves one is noticed.
type layout struct {
	// Of a type's descriptor, which the type word of an interface points at (internal/abi.Type).
	// Unchanged since go1.4.
	descSize, descPtrBytes, descHash, descFlags, descAlign, descFieldAlign, descKind, descName, descPtrTo uintptr
	// The end of what all kinds share.
	descEnd uintptr
	// Of a map's descriptor (internal/abi.MapType), from descEnd on.
	mapKey, mapElem, mapGroup, mapHasher uintptr

	// Of an itab, which the first word of an interface with methods points at: the interface's
	// type, the content's type and that type's hash (internal/abi.ITab).
	itabInter, itabType, itabHash uintptr

	// Of a map's header (see mapHeader) and its tables (see mapTable).
	headUsed, headSeed, headDir, headDirLen, headDepth uintptr
	tableCapacity, tableDepth, tableGroups, tableMask  uintptr

	// Of a chan (runtime.hchan): how many values it buffers, the size of the buffer, whether it is
	// closed. The first two have stood first since go1.0.
	// Where its buffer lies stands behind them.
	chanLen, chanCap, chanClosed, chanSlots uintptr
	// These count from the word that points at the type of the elements (see chanType): the indexes
	// of the next send and receive, then the first goroutine that waits to receive, and to send.
	// Behind the first of a queue stands the last.
	chanSent, chanNext, chanReceivers, chanSenders uintptr
	// Of a goroutine in such a queue (runtime.sudog): the one behind it.
	waiterNext uintptr
}

// known is the layout of go1.24 to go1.27.
var known = layout{
	descSize:       0,
	descPtrBytes:   wordSize,
	descHash:       2 * wordSize,
	descFlags:      2*wordSize + 4,
	descAlign:      2*wordSize + 5,
	descFieldAlign: 2*wordSize + 6,
	descKind:       2*wordSize + 7,
	descName:       4*wordSize + 8,
	descPtrTo:      4*wordSize + 12,
	descEnd:        4*wordSize + 16,

	mapKey:    0,
	mapElem:   wordSize,
	mapGroup:  2 * wordSize,
	mapHasher: 3 * wordSize,

	itabInter: 0,
	itabType:  wordSize,
	itabHash:  2 * wordSize,

	headUsed:   unsafe.Offsetof(mapHeader{}.used),
	headSeed:   unsafe.Offsetof(mapHeader{}.seed),
	headDir:    unsafe.Offsetof(mapHeader{}.dirPtr),
	headDirLen: unsafe.Offsetof(mapHeader{}.dirLen),
	headDepth:  unsafe.Offsetof(mapHeader{}.globalDepth),

	tableCapacity: unsafe.Offsetof(mapTable{}.capacity),
	tableDepth:    unsafe.Offsetof(mapTable{}.localDepth),
	tableGroups:   unsafe.Offsetof(mapTable{}.groups),
	tableMask:     unsafe.Offsetof(mapTable{}.lengthMask),

	chanLen:    0,
	chanCap:    wordSize,
	chanClosed: 3*wordSize + 4,
	chanSlots:  2 * wordSize,

	chanSent:      wordSize,
	chanNext:      2 * wordSize,
	chanReceivers: 3 * wordSize,
	chanSenders:   5 * wordSize,
	waiterNext:    wordSize,
}

// The runtime's map (internal/runtime/maps.Map) and its tables. The layout of a group differs
// between Go versions; it is derived for each map type from the runtime's own description.
type (
	mapHeader struct {
		used        uint64
		seed        uintptr
		dirPtr      uintptr // the directory, or the only group
		dirLen      int     // 0: there is only one group
		globalDepth uint8
		_           [3]uint8
		_           uint64
	}
	mapTable struct {
		_          uint16
		capacity   uint16
		_          uint16
		localDepth uint8
		_          int
		groups     uintptr
		lengthMask uint64
	}
)

// How much is read of a descriptor, and of what follows it for a map.
const (
	descBytes    = 8 * wordSize
	mapDescWords = 6
)
