#include "ops/special/definitions.h"
