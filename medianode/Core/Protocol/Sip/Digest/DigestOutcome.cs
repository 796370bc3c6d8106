namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

public enum DigestOutcome
{
    /// <summary>The next request carries an answer: send it again.</summary>
    Answered,

    /// <summary>Our answer to this challenge was not accepted: the password is wrong.</summary>
    Refused,

    /// <summary>No challenge in a scheme and algorithm we know.</summary>
    Unsupported,
}
