namespace Azure.Data.Tables;

public class TableServiceClient
{
    public TableServiceClient(string connectionString) => ArgumentNullException.ThrowIfNull(connectionString);
}
