package impl

import "reflect"

// Answer is the type of answers that are kept.
var Answer = reflect.TypeFor[answer]()

// ToJob is how a job is shown.
var ToJob = toJob
