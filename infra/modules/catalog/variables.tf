variable "name_prefix" {
  description = "Start of the names of database and workgroup."
  type        = string
}

variable "lake_bucket" {
  description = "Name of the lake bucket."
  type        = string
}

variable "lake_key_arn" {
  description = "ARN of the key that encrypts the lake."
  type        = string
}

variable "accounts" {
  description = "Accounts whose findings the lake holds; a query reads the folders of these and of no others."
  type        = set(string)

  validation {
    condition     = length(var.accounts) > 0 && alltrue([for account in var.accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "accounts: at least one, each of 12 digits."
  }
}

variable "regions" {
  description = "Regions whose findings the lake holds."
  type        = set(string)

  validation {
    condition     = length(var.regions) > 0 && alltrue([for region in var.regions : can(regex("^[a-z0-9-]+$", region))])
    error_message = "regions: at least one, such as eu-west-1."
  }
}

variable "first_day" {
  description = "The first day, YYYY-MM-DD, of which there may be findings."
  type        = string
  default     = "2024-01-01"

  validation {
    condition     = can(formatdate("YYYY-MM-DD", "${var.first_day}T00:00:00Z"))
    error_message = "first_day: a day as YYYY-MM-DD."
  }
}

variable "bytes_per_query" {
  description = "A query that would read more bytes is stopped. Athena bills by bytes read."
  type        = number
  default     = 107374182400

  validation {
    condition     = var.bytes_per_query >= 10485760
    error_message = "bytes_per_query: at least 10 MiB (10485760), which is Athena's own minimum."
  }
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
}
