variable "name_prefix" {
  description = "Start of the names of the bucket and the key's alias."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.name_prefix))
    error_message = "name_prefix: 1 to 20 lower-case letters, digits and hyphens, a letter first (it becomes part of a bucket's name)."
  }
}

variable "force_destroy" {
  description = "Lets Terraform delete the bucket with everything in it. For trials."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}
