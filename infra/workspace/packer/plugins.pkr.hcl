# In a file of its own, as Packer before 1.7 has its builders with it and does not know this.
packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}
