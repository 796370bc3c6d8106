namespace Byon.Platform.Records;

/// <summary>What the node needs to register a subscriber in the IMS. Provisioned by the operator; the password is sealed at rest.</summary>
/// <param name="PublicIdentity">IMPU, for example sip:+34600111222@ims.example.</param>
/// <param name="PrivateIdentity">IMPI: the digest user name.</param>
/// <param name="Password">The digest password; <c>aka:K:OPc</c>, both in hexadecimal, for a subscriber of IMS AKA.</param>
public sealed record SubscriberRecord(string PhoneNumber, string PublicIdentity, string PrivateIdentity, string Password)
{
    /// <summary>The operator has the subscriber's address on file for calls to emergency services.</summary>
    public bool HasEmergencyAddress { get; init; }

    /// <summary>Records end in logs and messages of failed tests: the password stays out.</summary>
    public override string ToString() => nameof(SubscriberRecord);
}
