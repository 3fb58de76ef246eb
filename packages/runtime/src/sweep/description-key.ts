/** The key of the description of a sweep in the metadata of an Arrow or Parquet file. */
export const descriptionKey = "atc";
