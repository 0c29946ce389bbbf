package document

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// scan looks at every object of a PDF, also at those that nothing refers to: a viewer may repair the file and find them.
func scan(ctx *model.Context) flagSet {
	flags := flagSet{}
	for number, entry := range ctx.Table {
		if entry == nil || entry.Free {
			continue
		}
		generation := 0
		if entry.Generation != nil {
			generation = *entry.Generation
		}
		object, err := ctx.Dereference(*types.NewIndirectRef(number, generation))
		if err != nil {
			continue // validation decides whether this matters
		}
		scanObject(object, flags)
	}
	return flags
}

// scanObject goes down into direct objects only; how deep they nest is bounded by the parser.
func scanObject(object types.Object, flags flagSet) {
	switch o := object.(type) {
	case types.Dict:
		scanDict(o, flags)
	case types.StreamDict:
		scanDict(o.Dict, flags)
	case *types.StreamDict:
		scanDict(o.Dict, flags)
	case types.Array:
		for _, element := range o {
			scanObject(element, flags)
		}
	}
}

func scanDict(d types.Dict, flags flagSet) {
	for key, value := range d {
		switch name, _ := value.(types.Name); {
		case key == "JS", key == "S" && name == "JavaScript":
			flags[JavaScript] = true
		case key == "S" && name == "Launch":
			flags[Launch] = true
		case key == "EF", key == "Type" && name == "EmbeddedFile": // the list of them may be there and empty
			flags[EmbeddedFiles] = true
		}
		scanObject(value, flags)
	}
}
