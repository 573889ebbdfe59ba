# One function: its log, its role and the Lambda function itself.

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338: What must last is in the lake; log_retention_in_days takes more for whoever wants it.
  # checkov:skip=CKV_AWS_158: log_key_arn takes a key; the log holds ids and counts, no findings.

  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = var.log_key_arn
  tags              = var.tags
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "Execution role of the function ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  # No source condition: Lambda takes a role of the function's own account only, from somebody who may pass it.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "platform" {
  name = "queue-and-log"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
      {
        Sid      = "ReadOwnQueue"
        Effect   = "Allow"
        Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        Resource = aws_sqs_queue.this.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.this.id
  policy = var.policy
}

resource "aws_lambda_function" "this" {
  # checkov:skip=CKV_AWS_50: The functions write no traces, and have no right to.
  # checkov:skip=CKV_AWS_115: scaling_config of the mapping limits concurrency without taking from the account's pool.
  # checkov:skip=CKV_AWS_116: Invocations are not asynchronous; the queue in front has the dead-letter queue.
  # checkov:skip=CKV_AWS_117: Nothing in a VPC is called, and a function in one would need endpoints or a NAT gateway to reach AWS.
  # checkov:skip=CKV_AWS_173: The variables hold names, no secrets; Lambda encrypts them with its own key.
  # checkov:skip=CKV_AWS_272: A signing profile belongs to the account; packages have checksums.

  function_name    = var.name
  description      = var.description
  role             = aws_iam_role.this.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  filename         = var.zip_path
  source_code_hash = try(filebase64sha256(var.zip_path), null)
  timeout          = var.timeout_seconds
  memory_size      = var.memory_mb
  tags             = var.tags

  environment {
    variables = var.environment
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.this.name
  }

  lifecycle {
    precondition {
      condition     = fileexists(var.zip_path)
      error_message = "${var.zip_path} is missing. Build it with `make zips`."
    }
  }

  # Without them the first invocations would fail.
  depends_on = [aws_iam_role_policy.platform, aws_iam_role_policy.function]
}
