using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>Registration state.</summary>
public sealed class RegInfoTarget() : FuzzTarget("reginfo", new TextMutator("terminated", "active", "deactivated", "probation", "contact", "registration", "expires", "retry-after", "uri", "<!DOCTYPE", "<![CDATA[", "<?xml", "xmlns"))
{
    private static readonly SipUri Contact = new("sip:c600@127.0.0.1:5001");

    protected override long FixedBytes => 1024 * 1024;

    public override int Run(byte[] input)
    {
        var fate = RegistrationInfo.Find(input, Contact);
        return fate is null ? 0 : HashCode.Combine(fate.IsTerminated, fate.Event, fate.Expires is null, fate.RetryAfter is null);
    }
}
