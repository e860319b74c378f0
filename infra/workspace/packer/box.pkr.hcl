# Builds the image of boxes on AWS (docs/IMAGE.md). For arm64 with the agent of arm64:
#
#   packer init infra/workspace/packer
#   packer build -var region=eu-west-1 -var architecture=arm64 -var agent=hotdesk-agent infra/workspace/packer

variable "region" {
  type        = string
  description = "Region that builds the image and has it."
}

variable "architecture" {
  type        = string
  default     = "arm64"
  description = "Processor of the boxes, as Debian calls it: arm64 or amd64."
}

variable "agent" {
  type        = string
  description = "File hotdesk-agent, built for that processor."
}

variable "own" {
  type        = string
  default     = ""
  description = "Folder with your own steps, if there are any."
}

variable "reuse" {
  type        = string
  default     = "clean"
  description = "As BOX_REUSE of the functions: never gives users sudo."
}

variable "fleet" {
  type        = string
  default     = "hotdesk"
  description = "Name of the fleet, for the tag Fleet."
}

variable "disk_gib" {
  type        = number
  default     = 16
  description = "Size of a box's own disk: the system and what is written to it until the next boot."
}

variable "kms_key_id" {
  type        = string
  default     = ""
  description = "Customer key of the image's snapshot; the account's own key for EBS if empty."
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "Subnet that builds; one of the default VPC if empty. It needs a way to Debian and npm."
}

locals {
  # Enough memory to compile the editor's native modules.
  builders = {
    arm64 = "t4g.medium"
    amd64 = "t3a.medium"
  }
  # As AWS calls them.
  processors = {
    arm64 = "arm64"
    amd64 = "x86_64"
  }
  name = "${var.fleet}-box-${var.architecture}-${formatdate("YYYYMMDD-hhmmss", timestamp())}"
  tags = {
    Name  = local.name
    Fleet = var.fleet
  }
}

source "amazon-ebs" "box" {
  region        = var.region
  instance_type = local.builders[var.architecture]
  subnet_id     = var.subnet_id
  ssh_username  = "admin"

  source_ami_filter {
    # Debian's own account: https://wiki.debian.org/Cloud/AmazonEC2Image/Bookworm
    owners      = ["136693071363"]
    most_recent = true
    filters = {
      name                = "debian-12-${var.architecture}-*"
      architecture        = local.processors[var.architecture]
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp3"
    volume_size           = var.disk_gib
    iops                  = 3000
    throughput            = 125
    delete_on_termination = true
  }

  # The builder's own metadata service, and that of every box unless its launch template says more.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  imds_support = "v2.0"

  ami_name        = local.name
  ami_description = "A box of hotdesk"
  encrypt_boot    = true
  kms_key_id      = var.kms_key_id
  tags            = local.tags
  snapshot_tags   = local.tags
  run_tags        = local.tags
  run_volume_tags = local.tags
}

build {
  sources = ["source.amazon-ebs.box"]

  # cloud-init is still at it when SSH answers: apt would find its lock taken.
  provisioner "shell" {
    inline = ["cloud-init status --wait", "mkdir -p /tmp/hotdesk/workspace /tmp/hotdesk/own"]
  }
  provisioner "file" {
    source      = "${path.root}/../"
    destination = "/tmp/hotdesk/workspace"
  }
  provisioner "file" {
    source      = var.agent
    destination = "/tmp/hotdesk/hotdesk-agent"
  }
  # A folder with nothing in it if there are none.
  provisioner "file" {
    source      = var.own == "" ? "${path.root}/own/" : "${var.own}/"
    destination = "/tmp/hotdesk/own"
  }
  # The last that is done by SSH: afterwards nobody gets in.
  provisioner "shell" {
    skip_clean = true
    inline = [
      "chmod 755 /tmp/hotdesk/hotdesk-agent",
      "sudo /tmp/hotdesk/workspace/provision --agent /tmp/hotdesk/hotdesk-agent --own /tmp/hotdesk/own --reuse ${var.reuse}",
    ]
  }

  post-processor "manifest" {
    output = "box-image.json"
  }
}
