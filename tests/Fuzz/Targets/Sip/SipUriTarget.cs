using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>Addresses: what is read says the same again after it was written.</summary>
public sealed class SipUriTarget() : FuzzTarget("sipuri", new TextMutator(SipMessageTarget.Words))
{
    private static readonly SipUri Other = new("sip:c700@127.0.0.1:5002");

    public override int Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input).TrimEnd('\r', '\n');
        var isName = NameAddress.TryParse(text, out var address);
        if (isName)
        {
            var written = address!.ToString();
            Require(NameAddress.TryParse(written, out var again) && again.ToString() == written, "an address with a name changes by being written");
        }

        if (!SipUri.TryParse(text, out var uri)) return isName ? 1 : 0;
        Require(SipUri.TryParse(uri.Text, out var same) && same.Text == uri.Text && same.Host == uri.Host && same.User == uri.User && same.Port == uri.Port, "an address changes by being written");
        Require(uri.NamesSameContact(uri), "an address does not equal itself");
        _ = uri.NamesSameContact(Other);
        return HashCode.Combine(uri.Scheme, uri.User is null, uri.Port, uri.TelephoneNumber is null, uri.Host.StartsWith('['));
    }
}
