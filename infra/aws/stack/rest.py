"""What moto's CloudFormation does not make of the template, and what it is taken for where others name it.

`make.py` holds this list against moto: a type that moto cannot make must be here, and one that it can
make must not, unless its reason is another one.
"""

from typing import Any


class Rest:
    """A type of resource that is not made."""

    def __init__(self, why: str = "", ref: str = "{name}", **attributes: str):
        self.why, self._ref, self._attributes = why, ref, attributes

    def _fill(self, pattern: str, scope: Any, name: str) -> str:
        names = scope.names
        return pattern.format(
            name=f"{names['AWS::StackName']}-{name}".lower(),
            arn=f"{names['AWS::Region']}:{names['AWS::AccountId']}",
            region=names["AWS::Region"],
        )

    def ref(self, scope: Any, name: str) -> str:
        return self._fill(self._ref, scope, name)

    def attribute(self, scope: Any, name: str, attribute: str) -> str:
        return self._fill(self._attributes[attribute.replace(".", "_")], scope, name)


# Without a reason: moto has no such type.
REST = {
    "AWS::ApiGatewayV2::Api": Rest(
        ref="a1b2c3d4e5",
        ApiEndpoint="https://a1b2c3d4e5.execute-api.{region}.amazonaws.com",
    ),
    "AWS::ApiGatewayV2::ApiMapping": Rest(),
    "AWS::ApiGatewayV2::DomainName": Rest(
        RegionalDomainName="d-a1b2c3d4e5.execute-api.{region}.amazonaws.com",
        RegionalHostedZoneId="Z1UJRXOUMOOFQ8",
    ),
    "AWS::ApiGatewayV2::Integration": Rest(ref="abc1234"),
    "AWS::ApiGatewayV2::Route": Rest(),
    "AWS::ApiGatewayV2::Stage": Rest(ref="$default"),
    "AWS::AutoScaling::LifecycleHook": Rest(),
    "AWS::Budgets::Budget": Rest(),
    "AWS::CertificateManager::Certificate": Rest(ref="arn:aws:acm:{arn}:certificate/{name}"),
    "AWS::CloudWatch::Alarm": Rest(Arn="arn:aws:cloudwatch:{arn}:alarm:{name}"),
    "AWS::Cognito::UserPool": Rest(
        ref="{region}_a1B2c3D4e",
        Arn="arn:aws:cognito-idp:{arn}:userpool/{region}_a1B2c3D4e",
        ProviderURL="https://cognito-idp.{region}.amazonaws.com/{region}_a1B2c3D4e",
    ),
    "AWS::Cognito::UserPoolClient": Rest(ref="1example23456789"),
    "AWS::Cognito::UserPoolDomain": Rest(),
    "AWS::Cognito::UserPoolGroup": Rest(),
    "AWS::EC2::EgressOnlyInternetGateway": Rest(ref="eigw-0123456789abcdef0"),
    "AWS::EC2::SecurityGroupEgress": Rest(),
    "AWS::EC2::VPCCidrBlock": Rest(),
    "AWS::ElastiCache::ParameterGroup": Rest(),
    "AWS::ElastiCache::ReplicationGroup": Rest(PrimaryEndPoint_Address="master.{name}.abc123.use1.cache.amazonaws.com"),
    "AWS::ElastiCache::SubnetGroup": Rest(),
    "AWS::ElastiCache::User": Rest(),
    "AWS::ElastiCache::UserGroup": Rest(),
    "AWS::KMS::Key": Rest(
        why="moto takes its tags in another form than CloudFormation",
        ref="1234abcd-12ab-34cd-56ef-1234567890ab",
        Arn="arn:aws:kms:{arn}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    "AWS::Lambda::EventInvokeConfig": Rest(),
    "AWS::Lambda::EventSourceMapping": Rest(
        why="moto would run the function, in a container, for each record before the write is answered",
    ),
    "AWS::SNS::Subscription": Rest(),
    "AWS::SNS::TopicPolicy": Rest(),
    "AWS::SQS::QueuePolicy": Rest(),
    "AWS::Scheduler::Schedule": Rest(),
    "AWS::SecretsManager::Secret": Rest(ref="arn:aws:secretsmanager:{arn}:secret:{name}-a1B2c3"),
}

# Attributes that moto does not know of types that it makes, and the property that says the same.
SAID = {
    ("AWS::EC2::Subnet", "AvailabilityZone"): "AvailabilityZone",
    ("AWS::EC2::Subnet", "CidrBlock"): "CidrBlock",
}

# What moto leaves out at the end of an attribute (CloudFormation's user guide, the page of the type).
LEFT_OUT = {("AWS::Logs::LogGroup", "Arn"): ":*"}
